import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import {
  changeModule,
  type ChangedModule,
  publishedModule,
  withOverlay,
} from "./changed-module.ts";

/** It has its own tests, tools and pages beside its parts. */
const MODULE: ChangedModule = {
  path: "github.com/external-secrets/external-secrets",
  version: "v0.20.4",
  tool: "external-secrets",
  parts: ["apis", "cmd/controller", "pkg", "main.go"],
};

/**
 * The External Secrets controller with the stores that need nothing outside of a cluster. The libraries of all the
 * clouds it knows would make most of the build, so the two files that name its stores are replaced; and so is its go.mod, by
 * one that takes what it shares with Kubernetes in Kubernetes' versions, which are compiled already.
 */
export const externalSecrets = {
  version: MODULE.version,
  module: MODULE.tool,
  variables: {},
  gibibytes: 3,
  files: [
    "overlay/go.mod",
    "overlay/pkg/provider/register/register.go",
    "overlay/pkg/generator/register/register.go",
  ],
  prepare: () => changeModule(MODULE, withOverlay(MODULE)),
} satisfies GoTools & { readonly version: string };

/** Path of the controller, once it is built. */
export function externalSecretsProgram(): string {
  return join(builtFolder(externalSecrets), "external-secrets");
}

/** Folder of its module as it was published. */
export function externalSecretsModule(): Promise<string> {
  return publishedModule(MODULE);
}

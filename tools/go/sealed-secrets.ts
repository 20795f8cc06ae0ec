import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import {
  changeModule,
  type ChangedModule,
  publishedModule,
  withOverlay,
} from "./changed-module.ts";

const MODULE: ChangedModule = {
  path: "github.com/bitnami-labs/sealed-secrets",
  version: "v0.36.6",
  tool: "sealed-secrets",
  parts: ["cmd", "pkg"],
};

/**
 * Sealed Secrets' controller, and `kubeseal` for the tests to check ours by. Its go.mod is replaced by one that takes what
 * it shares with Kubernetes in Kubernetes' versions: most of what it is made of is compiled already.
 */
export const sealedSecrets = {
  version: MODULE.version,
  module: "sealed-secrets",
  variables: { "main.VERSION": MODULE.version },
  gibibytes: 3,
  files: ["overlay/go.mod"],
  prepare: () => changeModule(MODULE, withOverlay(MODULE)),
} satisfies GoTools & { readonly version: string };

/** Path of one of Sealed Secrets' programs, once it is built. */
export function sealedSecretsProgram(name: "controller" | "kubeseal"): string {
  return join(builtFolder(sealedSecrets), name);
}

/** Folder of its module as it was published. */
export function sealedSecretsModule(): Promise<string> {
  return publishedModule(MODULE);
}

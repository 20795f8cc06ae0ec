import { cpSync } from "node:fs";
import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { copySource, publishedFolder } from "./source.ts";

const VERSION = "v0.20.4";
const MODULE = `github.com/external-secrets/external-secrets@${VERSION}`;
const OVERLAY = join(import.meta.dirname, "external-secrets/overlay");

/** The folders and files of its module that the build is made of. */
const PARTS = ["apis", "cmd", "pkg", "main.go", "go.mod"];

/**
 * The External Secrets controller with the stores that need nothing outside of a cluster. The libraries of all the
 * clouds it knows would make most of the build, so the two files that name its stores are replaced.
 */
export const externalSecrets = {
  version: VERSION,
  module: "external-secrets",
  variables: {},
  gibibytes: 3,
  files: [
    "overlay/pkg/provider/register/register.go",
    "overlay/pkg/generator/register/register.go",
  ],
  prepare: prepareSource,
} satisfies GoTools & { readonly version: string };

/** Path of the controller, once it is built. */
export function externalSecretsProgram(): string {
  return join(builtFolder(externalSecrets), "external-secrets");
}

/** Folder of its module as it was published. */
export function externalSecretsModule(): Promise<string> {
  return publishedFolder(MODULE);
}

/** The overlay is written over what was published. */
function prepareSource(): Promise<void> {
  return copySource({ module: MODULE, folder: "external-secrets", parts: PARTS }, (copy) => {
    cpSync(OVERLAY, copy, { recursive: true });
  });
}

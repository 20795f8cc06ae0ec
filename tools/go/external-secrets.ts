import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { builtFolder, type GoTools } from "./build.ts";
import { publishedModule } from "./module.ts";

const VERSION = "v0.20.4";
const PATH = "github.com/external-secrets/external-secrets";
const FOLDER = join(import.meta.dirname, "external-secrets");
const SOURCE = join(FOLDER, "source");
const OVERLAY = join(FOLDER, "overlay");

/** The folders and files of its module that the build is made of; it has its own tests, tools and pages beside them. */
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
  return publishedModule(`${PATH}@${VERSION}`, import.meta.dirname);
}

/** Go replaces no file of a downloaded module: the go.mod points at this copy. */
async function prepareSource(): Promise<void> {
  const published = await externalSecretsModule();
  const copy = `${SOURCE}.part-${process.pid}`;
  mkdirSync(copy);
  // Go makes what it downloads read-only, and the overlay is written over it.
  await execa("cp", ["--recursive", "--no-preserve=mode", ...PARTS, copy], { cwd: published });
  cpSync(OVERLAY, copy, { recursive: true });
  rmSync(SOURCE, { recursive: true, force: true });
  renameSync(copy, SOURCE);
}

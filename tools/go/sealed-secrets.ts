import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

const VERSION = "v0.36.6";

/** Sealed Secrets' controller, and `kubeseal` for the tests to check ours by. */
export const sealedSecrets = {
  version: VERSION,
  module: "sealed-secrets",
  variables: { "main.VERSION": VERSION },
  gibibytes: 3,
} satisfies GoTools & { readonly version: string };

/** Path of one of Sealed Secrets' programs, once it is built. */
export function sealedSecretsProgram(name: "controller" | "kubeseal"): string {
  return join(builtFolder(sealedSecrets), name);
}

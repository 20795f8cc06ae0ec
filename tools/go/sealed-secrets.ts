import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

const version = "v0.36.6";

/** Sealed Secrets' controller, and `kubeseal` for the tests to check ours by. */
export const sealedSecrets = {
  version,
  module: "sealed-secrets",
  variables: { "main.VERSION": version },
  gibibytes: 3,
} satisfies GoTools & { readonly version: string };

/** Path of one of Sealed Secrets' programs, once it is built. */
export function sealedSecretsProgram(name: "controller" | "kubeseal"): string {
  return join(builtFolder(sealedSecrets), name);
}

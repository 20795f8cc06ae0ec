import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { copySource, publishedFolder, type PublishedSource } from "./published-source.ts";

const SOURCE = {
  module: "sealed-secrets",
  path: "github.com/bitnami-labs/sealed-secrets",
  version: "v0.36.6",
  parts: ["cmd", "pkg"],
} as const satisfies PublishedSource;

/**
 * Sealed Secrets' controller, and `kubeseal` for the tests to check ours by. Its go.mod is replaced by one that takes what
 * it shares with Kubernetes in Kubernetes' versions: most of what it is made of is compiled already.
 */
export const sealedSecrets = {
  version: SOURCE.version,
  module: SOURCE.module,
  variables: { "main.VERSION": SOURCE.version },
  gibibytes: 3,
  files: ["overlay/go.mod"],
  prepare: () => copySource(SOURCE),
} satisfies GoTools & { readonly version: string };

/** Path of one of Sealed Secrets' programs, once it is built. */
export function sealedSecretsProgram(name: "controller" | "kubeseal"): string {
  return join(builtFolder(sealedSecrets), name);
}

/** Folder of its module as it was published. */
export function sealedSecretsModule(): Promise<string> {
  return publishedFolder(SOURCE);
}

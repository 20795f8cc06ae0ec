import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

const VERSION = "v1.15.0";

/** CoreDNS with the plugins that a cluster's DNS needs. */
export const coreDns = {
  version: VERSION,
  module: "coredns",
  variables: {},
  gibibytes: 2,
  files: ["main.go"],
} satisfies GoTools & { readonly version: string };

/** Path of CoreDNS, once it is built. */
export function coreDnsProgram(): string {
  return join(builtFolder(coreDns), "coredns");
}

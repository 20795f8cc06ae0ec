import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

const VERSION = "v0.8.0";

/** Plays the kubelets of nodes that are on no machine. */
export const kwok = {
  version: VERSION,
  module: "kwok",
  variables: {},
  gibibytes: 2,
} satisfies GoTools & { readonly version: string };

/** Path of the program, once it is built. */
export function kwokProgram(): string {
  return join(builtFolder(kwok), "kwok");
}

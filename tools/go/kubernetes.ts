import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

const VERSION = "v1.34.3";

/** Kubernetes' own programs, in the version of the platform's cluster. */
export const kubernetes = {
  version: VERSION,
  module: "kubernetes",
  variables: {
    "k8s.io/component-base/version.gitVersion": VERSION,
    "k8s.io/component-base/version.gitMajor": "1",
    "k8s.io/component-base/version.gitMinor": "34",
  },
  gibibytes: 5,
} satisfies GoTools & { readonly version: string };

/** Path of one of Kubernetes' programs, once it is built. */
export function kubernetesProgram(name: string): string {
  return join(builtFolder(kubernetes), name);
}

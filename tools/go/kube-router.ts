import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

const VERSION = "v2.1.0";

/** kube-router, of which the platform runs the firewall. */
export const kubeRouter = {
  version: VERSION,
  module: "kube-router",
  variables: { "github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": VERSION },
  gibibytes: 2,
} satisfies GoTools & { readonly version: string };

/** Path of kube-router, once it is built. */
export function kubeRouterProgram(): string {
  return join(builtFolder(kubeRouter), "kube-router");
}

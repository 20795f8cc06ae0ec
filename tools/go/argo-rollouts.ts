import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { type ChangedModule, publishedModule } from "./changed-module.ts";

const MODULE = {
  path: "github.com/argoproj/argo-rollouts",
  version: "v1.10.1",
  tool: "argo-rollouts",
  parts: [],
} satisfies ChangedModule;

/** The controller of Argo Rollouts: only stories of releases by steps need it. */
export const argoRollouts = {
  version: MODULE.version,
  module: MODULE.tool,
  variables: { [`${MODULE.path}/utils/version.version`]: MODULE.version },
  gibibytes: 3,
} satisfies GoTools & { readonly version: string };

/** Path of the controller, once it is built. */
export function argoRolloutsProgram(): string {
  return join(builtFolder(argoRollouts), "rollouts-controller");
}

/** Folder of its module as it was published. */
export function argoRolloutsModule(): Promise<string> {
  return publishedModule(MODULE);
}

import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { type ChangedModule, publishedModule } from "./changed-module.ts";

const MODULE = {
  path: "github.com/argoproj/argo-cd/v3",
  version: "v3.2.0",
  tool: "argocd",
  parts: [],
} satisfies ChangedModule;

/** Argo CD's controllers and its repository server, with the kustomize that this calls. */
export const argoCd = {
  version: MODULE.version,
  module: MODULE.tool,
  variables: { [`${MODULE.path}/common.version`]: MODULE.version.slice(1) },
  gibibytes: 3,
  files: ["main.go"],
} satisfies GoTools & { readonly version: string };

/** Path of one of its programs, once it is built. */
export function argoCdProgram(name: "argocd" | "kustomize"): string {
  return join(builtFolder(argoCd), name);
}

/** Paths of the files that define its kinds. */
export async function argoCdKinds(): Promise<readonly string[]> {
  const folder = join(await publishedModule(MODULE), "manifests/crds");
  return ["application", "applicationset", "appproject"].map((kind) =>
    join(folder, `${kind}-crd.yaml`),
  );
}

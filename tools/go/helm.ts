import { builtFolder, type GoTools } from "./build.ts";

/** Renders charts: only teams that have some need it. */
export const helm = {
  module: "helm",
  variables: { "helm.sh/helm/v3/internal/version.version": "v3.18.6" },
  gibibytes: 2,
} satisfies GoTools;

/** The folder of the program `helm`, once it is built. */
export function helmFolder(): string {
  return builtFolder(helm);
}

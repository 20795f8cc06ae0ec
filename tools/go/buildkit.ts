import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

/** Docker's builder and its client, of versions that belong together. */
export const buildkit = {
  module: "buildkit",
  variables: { "github.com/docker/buildx/version.Version": "v0.30.1" },
  gibibytes: 3,
} satisfies GoTools;

/** Paths of the programs, once they are built. */
export const buildkitPrograms = {
  buildx: (): string => join(builtFolder(buildkit), "buildx"),
  buildkitd: (): string => join(builtFolder(buildkit), "buildkitd"),
};

import { builtFolder, type GoTools } from "./build.ts";

/** Looks images up in registries and copies them: what a promotion and a rollback ask of a machine beside Pulumi. */
export const crane = {
  module: "crane",
  variables: { "github.com/google/go-containerregistry/cmd/crane/cmd.Version": "v0.20.6" },
  gibibytes: 1,
} satisfies GoTools;

/** The folder of the program `crane`, once it is built. */
export function craneFolder(): string {
  return builtFolder(crane);
}

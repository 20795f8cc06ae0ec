import { builtFolder, type GoTools } from "./build.ts";

/** Signs and verifies statements about images: only teams whose gates ask for a signer need it. */
export const cosign = {
  module: "cosign",
  variables: { "sigs.k8s.io/release-utils/version.gitVersion": "v3.1.3" },
  gibibytes: 3,
} satisfies GoTools;

/** The folder of the program `cosign`, once it is built. */
export function cosignFolder(): string {
  return builtFolder(cosign);
}

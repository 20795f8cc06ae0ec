import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { builtFolder, type GoTools } from "./build.ts";
import { publishedModule } from "./changed-module.ts";

/** The only version that the module proxy has: of the commit that Pulumi has tagged `v4.25.0`. */
const MODULE = {
  path: "github.com/pulumi/pulumi-kubernetes/provider/v4",
  version: "v4.0.0-20260115033456-f47bc2d6f199",
};
const NAME = "pulumi-resource-kubernetes";

/** What its main program embeds. */
const EMBEDDED = ["schema.json", "terraform-mapping.json"];

/**
 * Pulumi's own Kubernetes provider. It says that it is 4.25.0 wherever it is installed, because that is what it does.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/releases/tag/v4.25.0
 */
export const kubernetesProvider = {
  module: "kubernetes-provider",
  variables: { [`${MODULE.path}/pkg/version.Version`]: "4.25.0" },
  gibibytes: 3,
  files: ["main.go"],
  prepare: copyEmbedded,
} satisfies GoTools;

/** Path of the provider, once it is built. */
export function kubernetesProviderProgram(): string {
  return join(builtFolder(kubernetesProvider), NAME);
}

/** Go embeds no file of another module. */
async function copyEmbedded(): Promise<void> {
  const published = join(await publishedModule(MODULE), "cmd", NAME);
  const source = join(import.meta.dirname, kubernetesProvider.module, "source");
  mkdirSync(source, { recursive: true });
  for (const file of EMBEDDED) {
    writeFileSync(join(source, file), readFileSync(join(published, file)));
  }
}

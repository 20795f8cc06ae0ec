import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { builtFolder, type GoTools } from "./build.ts";
import { publishedModule } from "./module.ts";

const PATH = "github.com/pulumi/pulumi-kubernetes/provider/v4";
const FOLDER = join(import.meta.dirname, "kubernetes-provider");
const NAME = "pulumi-resource-kubernetes";

/** What its main program embeds. */
const EMBEDDED = ["schema.json", "terraform-mapping.json"];

/**
 * Pulumi's own Kubernetes provider. Its releases cannot be had from the module proxy: the version in the go.mod is that of
 * the commit that Pulumi has tagged `v4.25.0`, and the provider says that it is 4.25.0, wherever it is installed.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/releases/tag/v4.25.0
 */
export const kubernetesProvider = {
  module: "kubernetes-provider",
  variables: { [`${PATH}/pkg/version.Version`]: "4.25.0" },
  gibibytes: 3,
  files: [`${NAME}/main.go`],
  prepare: copyEmbedded,
} satisfies GoTools;

/** Path of the provider, once it is built. */
export function kubernetesProviderProgram(): string {
  return join(builtFolder(kubernetesProvider), NAME);
}

/** Go embeds no file of another module. */
async function copyEmbedded(): Promise<void> {
  const published = join(await publishedModule(PATH, FOLDER), "cmd", NAME);
  for (const file of EMBEDDED) {
    writeFileSync(join(FOLDER, NAME, file), readFileSync(join(published, file)));
  }
}

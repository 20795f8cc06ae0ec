import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { publishedModule } from "./changed-module.ts";

const VERSION = "v0.85.0";

/** The Prometheus operator, and what it has read a changed configuration in Prometheus' own pod. */
export const prometheusOperator = {
  version: VERSION,
  module: "prometheus-operator",
  variables: { "github.com/prometheus/common/version.Version": VERSION.slice(1) },
  gibibytes: 3,
} satisfies GoTools & { readonly version: string };

/** Path of the operator, once it is built. */
export function prometheusOperatorProgram(): string {
  return join(builtFolder(prometheusOperator), "operator");
}

/** Path of the program that runs beside Prometheus, once it is built. */
export function configReloaderProgram(): string {
  return join(builtFolder(prometheusOperator), "prometheus-config-reloader");
}

/** The kinds without which it does not start to work for Prometheus, and those that services have. */
const KINDS = [
  "podmonitors",
  "probes",
  "prometheuses",
  "prometheusrules",
  "scrapeconfigs",
  "servicemonitors",
];

/** Paths of the files that define its kinds. */
export async function prometheusOperatorKinds(): Promise<readonly string[]> {
  const path = "github.com/prometheus-operator/prometheus-operator";
  const folder = join(
    await publishedModule({ path, version: VERSION }),
    "example/prometheus-operator-crd",
  );
  return KINDS.map((kind) => join(folder, `monitoring.coreos.com_${kind}.yaml`));
}

import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

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

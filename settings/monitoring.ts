import { z } from "zod";

import type {
  DashboardDefinition,
  MonitoredDefinition,
  MonitoringDefinition,
} from "../components/service/monitoring.ts";
import type { MetricsKeys } from "../components/service/metrics.ts";
import type { ShapeOf } from "../contract/field.ts";
import { prometheusFault } from "../contract/prometheus-address.ts";
import { type Fault, faultIf } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping, mapping } from "./mapping.ts";
import { annotations, labels, selector } from "./service/marks.ts";
import type { Surroundings } from "./surroundings.ts";

const ADDRESS = "http://prometheus.monitoring:9090";

/** Where Prometheus answers. */
export function prometheusSchema(surroundings: Surroundings) {
  return field.expanded(surroundings, `the URL of Prometheus, such as ${ADDRESS}`).pipe(
    z.string().check(({ value, issues }) => {
      const fault = prometheusFault(value);
      if (fault !== undefined) {
        issues.push({ code: "custom", input: value, message: `allowed: ${fault}` });
      }
    }),
  );
}

const dashboard = field.mapping(
  {
    labels: labels.exactOptional(),
    annotations: annotations.exactOptional(),
  } satisfies ShapeOf<DashboardDefinition>,
  "false, or labels and annotations",
);

/** What the operator selects by, and where its Prometheus is. */
export const monitoringSchema = field.mapping(
  {
    labels: labels.exactOptional(),
    namespace: field.label.exactOptional(),
    pods: selector.exactOptional(),
    dashboard: z
      .union([z.literal(false), dashboard], {
        error: "allowed: false, or labels and annotations of the ConfigMaps with dashboards",
      })
      .exactOptional(),
  } satisfies ShapeOf<Omit<MonitoringDefinition, "prometheus">>,
  "labels, namespace, pods and dashboard",
);

/** What the stack says of monitoring, for its services. */
export interface MonitoringForm {
  readonly prometheus?: string;
  readonly monitoring?: Omit<MonitoringDefinition, "prometheus">;
}

/** The cluster's monitoring, for a service that uses it. */
export function monitoringOf(
  { metrics, watch }: MetricsKeys,
  { prometheus, monitoring }: MonitoringForm,
): MonitoredDefinition {
  const isUsed = metrics !== undefined || watch !== undefined;
  const said = { ...monitoring, ...(prometheus !== undefined && { prometheus }) };
  return isUsed && Object.keys(said).length > 0 ? { monitoring: said } : {};
}

/** What services ask of Prometheus where nobody has said where it answers. */
export function monitoringFaults(raw: Mapping): Fault[] {
  if (raw["prometheus"] !== undefined) {
    return [];
  }
  return Object.entries(fieldsOf(raw["services"])).flatMap(([name, written]) => {
    const { metrics, watch } = fieldsOf(written);
    const missing = `needs Prometheus to be asked; allowed: with slipway:prometheus; set it to its URL, such as ${ADDRESS}, or remove this`;
    return [
      ...faultIf(
        mapping(metrics)?.["required"] === true,
        ["services", name, "metrics", "required"],
        missing,
      ),
      ...faultIf(
        fieldsOf(watch)["alerts"] !== undefined,
        ["services", name, "watch", "alerts"],
        missing,
      ),
    ];
  });
}

import type { Service } from "../service-definition.ts";
import type { Selector } from "../service/objective.ts";
import { jobOf } from "./pod-monitor.ts";

/** Names the series of a service. */
export type Owner = Pick<Service, "name" | "namespace">;

/** A selector in PromQL, of what Prometheus scrapes of this service alone. */
export function seriesOf(service: Owner, { metric, matchers }: Selector): string {
  const own = [`namespace="${service.namespace}"`, `job="${jobOf(service)}"`];
  return `${metric}{${[...own, ...matchers].join(",")}}`;
}

/** The same of what rules have recorded of it. */
export function recordedOf({ name, namespace }: Owner, metric: string): string {
  return `${metric}{namespace="${namespace}",service="${name}"}`;
}

/** Labels by which rules, dashboards and a release's watch know a service. */
export function seriesLabels({ name, namespace }: Owner) {
  return { namespace, service: name };
}

import { MONITORING_API } from "../../../manifests/pod-monitor.ts";
import { type Delivery, manifestsOf, monitoringObjects, servicesOf } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";

const [GROUP = "", VERSION = ""] = MONITORING_API.split("/");

/**
 * PodMonitors with the fields that the settings have. Others would have Prometheus send Secrets of the namespace, or its own requests,
 * to whoever the lane names.
 */
export function podMonitors(delivery: Delivery): Limit {
  const specs = servicesOf(delivery).flatMap((service) => {
    const { podMonitor } = manifestsOf(service);
    return podMonitor === undefined ? [] : [podMonitor.spec];
  });
  const endpoints = specs.flatMap(({ podMetricsEndpoints }) => podMetricsEndpoints);
  const rules = [
    [
      `dyn(object.spec).all(k, k in variables.fields)`,
      "spec",
      `what slipway:services.<service>.metrics gives it`,
    ],
    [
      `object.spec.?podMetricsEndpoints.orValue([]).all(e, dyn(e).all(k, k in variables.ofEndpoints))`,
      "spec.podMetricsEndpoints[]",
      `what slipway:services.<service>.metrics gives them`,
    ],
  ] as const;
  return {
    apiGroups: [GROUP],
    apiVersion: VERSION,
    resources: ["podmonitors"],
    variables: {
      fields: literal(keysOf(specs)),
      ofEndpoints: literal(keysOf(endpoints)),
    },
    validations: rules.map(([expression, field, allowed]) => ({
      expression: `(${SAME}) || ${expression}`,
      message: refusal(field, allowed),
    })),
  };
}

/** PrometheusRules with the names that the settings give: whoever records series as others can silence their alerts. */
export function prometheusRules(delivery: Delivery): Limit {
  const rules = monitoringObjects(delivery).flatMap(({ spec }) => rulesIn(spec));
  const names = rules.flatMap(({ record, alert }) => record ?? alert ?? []);
  const demands = [
    [
      `object.spec.?groups.orValue([]).all(g, g.?rules.orValue([]).all(r, r.?record.orValue(r.?alert.orValue("")) in variables.names))`,
      "spec.groups[].rules[]",
      "rules with the names that slipway:services give them",
    ],
    [
      `object.spec.?groups.orValue([]).all(g, g.?rules.orValue([]).all(r, r.?labels.?namespace.orValue("") == ${literal(delivery.namespace)}))`,
      "spec.groups[].rules[].labels.namespace",
      "rules of its own namespace",
    ],
  ] as const;
  return {
    apiGroups: [GROUP],
    apiVersion: VERSION,
    resources: ["prometheusrules"],
    variables: { names: literal([...new Set(names)].sort()) },
    validations: demands.map(([expression, field, allowed]) => ({
      expression: `(${SAME}) || ${expression}`,
      message: refusal(field, allowed),
    })),
  };
}

/** What an administrator has put there may stay. */
const SAME = "oldObject != null && object.spec == oldObject.spec";

interface NamedRule {
  readonly record?: string;
  readonly alert?: string;
}

function rulesIn(spec: unknown): NamedRule[] {
  const { groups = [] } = spec as { readonly groups?: readonly { rules?: NamedRule[] }[] };
  return groups.flatMap(({ rules = [] }) => rules);
}

function keysOf(objects: readonly object[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object)))].sort();
}

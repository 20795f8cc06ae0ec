import { TRAEFIK_API } from "../../../manifests/weighted.ts";
import type { CompletedRoute } from "../../../service/route.ts";
import { type Delivery, dividedNames, servicesOf } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";

const [TRAEFIK_GROUP = ""] = TRAEFIK_API.split("/");

const OWN = "slipway:services.<service>.route";

/** HTTPRoutes to the Gateways and hosts that the settings name, with the kinds of filters that they have, to Services of the namespace. */
export function httpRoutes(delivery: Delivery): Limit {
  const all = servicesOf(delivery).flatMap(({ routes }) => routes);
  const parent = `[p.?group.orValue("gateway.networking.k8s.io"), p.?kind.orValue("Gateway"), p.?namespace.orValue("${delivery.namespace}"), p.name, p.?sectionName.orValue("")].join(" ")`;
  const divided = dividedNames(delivery);
  const isDivided = `b.?group.orValue("") == "${TRAEFIK_GROUP}" && b.?kind.orValue("") == "TraefikService" && b.name in variables.divided`;
  const isService = `b.?group.orValue("") == "" && b.?kind.orValue("Service") == "Service"`;
  const kind = divided.length > 0 ? `(${isService} || ${isDivided})` : `(${isService})`;
  const isSame = "oldObject != null && object.spec == oldObject.spec";
  const rules = [
    [
      `object.spec.?parentRefs.orValue([]).all(p, ${parent} in variables.parents)`,
      "spec.parentRefs[]",
      `the parents of ${OWN}`,
    ],
    [
      `[object.spec.?hostnames.orValue([])].all(h, ${hostsOf(all)})`,
      "spec.hostnames",
      `the hosts of ${OWN}`,
    ],
    [
      `object.spec.?rules.orValue([]).all(r, r.?filters.orValue([]).all(f, f.type in variables.filters))`,
      "spec.rules[].filters[]",
      `the filters of ${OWN}`,
    ],
    [
      `object.spec.?rules.orValue([]).all(r, r.?backendRefs.orValue([]).all(b, ${kind} && b.?namespace.orValue("${delivery.namespace}") == "${delivery.namespace}" && size(b.?filters.orValue([])) == 0))`,
      "spec.rules[].backendRefs[]",
      "Services of its own namespace, without filters",
    ],
  ] as const;
  return {
    apiGroups: ["gateway.networking.k8s.io"],
    apiVersion: "v1",
    resources: ["httproutes"],
    variables: {
      parents: literal(distinct(all.flatMap((route) => parentsOf(route, delivery.namespace)))),
      hosts: literal(distinct(all.flatMap(({ hosts }) => hosts))),
      filters: literal(distinct(all.flatMap(filterTypesOf))),
      ...(divided.length > 0 && { divided: literal(divided) }),
    },
    validations: rules.map(([expression, field, allowed]) => ({
      expression: `(${isSame}) || ${expression}`,
      message: refusal(field, allowed),
    })),
  };
}

/** A route without hosts has those of its listeners: the lane may leave them out if the settings do so. */
function hostsOf(all: readonly CompletedRoute[]): string {
  const named = "h.all(n, n in variables.hosts)";
  return all.some(({ hosts }) => hosts.length === 0) ? named : `h.size() > 0 && ${named}`;
}

function parentsOf({ parents }: CompletedRoute, home: string): string[] {
  return parents.map(
    ({
      group = "gateway.networking.k8s.io",
      kind = "Gateway",
      namespace = home,
      name,
      sectionName = "",
    }) => [group, kind, namespace, name, sectionName].join(" "),
  );
}

function filterTypesOf({ paths, rules = [] }: CompletedRoute): string[] {
  const filters = [
    ...paths.flatMap((path) => path.filters),
    ...rules.flatMap((rule) =>
      Array.isArray(rule["filters"]) ? (rule["filters"] as object[]) : [],
    ),
  ];
  return filters.flatMap((filter) => ("type" in filter ? String(filter.type) : []));
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

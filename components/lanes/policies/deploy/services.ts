import { type Delivery, servicesOf } from "../../delivery.ts";
import { before } from "../kept.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";

/** Fields that mean something only to the types that the lane does not create. */
const BALANCER = "loadBalancerClass";
const OF_OTHER_TYPES = ["externalName", "loadBalancerIP", BALANCER];

/**
 * Services of the cluster's own network, which take no address of a node, of a load balancer or of the outside; and those that the
 * settings have otherwise, as they have them.
 */
export function services(delivery: Delivery): Limit {
  const outside = outsideOf(delivery);
  const isOutside = Object.keys(outside).length > 0;
  const allowed = (field: string) => (isOutside ? ` || ${settingOf(field)}` : "");
  const said = "what slipway:services.<service>.service has";
  const only = isOutside ? said : "none";
  return {
    apiGroups: [""],
    apiVersion: "v1",
    // Their status has addresses, too.
    resources: ["services", "services/status"],
    ...(isOutside && { variables: { outside: literal(outside) } }),
    validations: [
      {
        expression: `object.spec.type == "ClusterIP" || object.spec.type == ${before("spec.?type", '""')}${allowed("type")}`,
        message: refusal("spec.type", isOutside ? `ClusterIP, and ${said}` : "ClusterIP"),
      },
      {
        expression: `object.spec.?externalIPs.orValue([]).all(ip, ip in ${before("spec.?externalIPs", "[]")})`,
        message: refusal("spec.externalIPs", "none"),
      },
      {
        // The API server chooses one before it asks.
        expression: `object.spec.?ports.orValue([]).all(p, p.?nodePort.orValue(0) == 0 || ${before("spec.?ports", "[]")}.exists(b, b.?nodePort.orValue(0) == p.nodePort))${allowed("type")}`,
        message: refusal("spec.ports[].nodePort", only),
      },
      ...OF_OTHER_TYPES.map((field) => ({
        expression: `object.spec.?${field}.orValue("") == ${before(`spec.?${field}`, '""')}${field === BALANCER ? allowed(field) : ""}`,
        message: refusal(`spec.${field}`, field === BALANCER ? only : "none"),
      })),
      {
        expression: `object.spec.?loadBalancerSourceRanges.orValue([]) == ${before("spec.?loadBalancerSourceRanges", "[]")}${isOutside ? ` || object.spec.?loadBalancerSourceRanges.orValue([]).join(",") == variables.outside[?object.metadata.name].?ranges.orValue("-")` : ""}`,
        message: refusal("spec.loadBalancerSourceRanges", only),
      },
      {
        expression: `object.?status.?loadBalancer.?ingress.orValue([]).all(i, i in ${before("?status.?loadBalancer.?ingress", "[]")})`,
        message: refusal("status.loadBalancer.ingress", "none"),
      },
    ],
  };
}

/** Whether a field is as the settings have it, of a service that they open to the outside. */
function settingOf(field: string): string {
  return `object.spec.?${field}.orValue("") == variables.outside[?object.metadata.name].?${field}.orValue("-")`;
}

/** The services that the settings open to the outside, by name, with what decides for whom. */
function outsideOf(delivery: Delivery): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const opened = servicesOf(delivery).flatMap(({ name, service }) => {
    const { type = "ClusterIP", loadBalancerClass, loadBalancerSourceRanges = [] } = service;
    const more = loadBalancerClass === undefined ? {} : { loadBalancerClass };
    const ranges = loadBalancerSourceRanges.join(",");
    return type === "ClusterIP" ? [] : [[name, { type, ranges, ...more }] as const];
  });
  return Object.fromEntries(opened);
}

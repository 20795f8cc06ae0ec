import { type Delivery, servicesOf } from "../../delivery.ts";
import { at, items, type ManifestObject, textOf } from "../../../rendered/object.ts";
import { writtenOf } from "../../rendered.ts";
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
  const manifests = Object.values(outside).some(({ isRendered }) => isRendered === "true");
  const said = `what slipway:services.<service>.service${manifests ? ", or the manifests," : ""} has`;
  const addresses = Object.values(outside).some(({ ips }) => ips !== undefined);
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
        expression: `object.spec.?externalIPs.orValue([]).all(ip, ip in ${before("spec.?externalIPs", "[]")}${addresses ? ` || ip in variables.outside[?object.metadata.name].?ips.orValue("").split(",")` : ""})`,
        message: refusal("spec.externalIPs", addresses ? said : "none"),
      },
      {
        // The API server chooses one before it asks.
        expression: `object.spec.?ports.orValue([]).all(p, p.?nodePort.orValue(0) == 0 || ${before("spec.?ports", "[]")}.exists(b, b.?nodePort.orValue(0) == p.nodePort))${allowed("type")}`,
        message: refusal("spec.ports[].nodePort", only),
      },
      ...OF_OTHER_TYPES.map((field) => {
        const isSaid = field === BALANCER || Object.values(outside).some((own) => own[field]);
        return {
          expression: `object.spec.?${field}.orValue("") == ${before(`spec.?${field}`, '""')}${isSaid ? allowed(field) : ""}`,
          message: refusal(`spec.${field}`, isSaid ? only : "none"),
        };
      }),
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

type Outside = Readonly<Record<string, string>>;

/** The Services that settings and manifests open to the outside, by name, with what decides for whom. */
function outsideOf(delivery: Delivery): Readonly<Record<string, Outside>> {
  const opened = servicesOf(delivery).flatMap(({ name, service }) => {
    const { type = "ClusterIP", loadBalancerClass, loadBalancerSourceRanges = [] } = service;
    const more = loadBalancerClass === undefined ? {} : { loadBalancerClass };
    const ranges = loadBalancerSourceRanges.join(",");
    return type === "ClusterIP" ? [] : [[name, { type, ranges, ...more }] as const];
  });
  const rendered = writtenOf(delivery, "Service").flatMap((service) => {
    const own = outsideIn(service);
    const isOpen = own["type"] !== "ClusterIP" || own["ips"] !== undefined;
    return isOpen ? [[service.metadata.name, own] as const] : [];
  });
  return Object.fromEntries([...opened, ...rendered]);
}

/** What a Service of manifests has of the fields that matter. */
function outsideIn(service: ManifestObject): Outside {
  const texts = OF_OTHER_TYPES.map((field) => [field, textOf(at(service, "spec", field))] as const);
  const addresses = items(at(service, "spec", "externalIPs")).map(textOf);
  return {
    type: textOf(at(service, "spec", "type")) || "ClusterIP",
    ranges: items(at(service, "spec", "loadBalancerSourceRanges"))
      .map(textOf)
      .join(","),
    ...Object.fromEntries(texts.filter(([, text]) => text !== "")),
    ...(addresses.length > 0 && { ips: addresses.join(",") }),
    isRendered: "true",
  };
}

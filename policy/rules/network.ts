import { faultIf, literal, quoted } from "./cel.ts";
import { WITH_PODS } from "./kinds.ts";
import type { Rule, Selector } from "./rule.ts";

const OUTSIDE = ["LoadBalancer", "NodePort", "ExternalName"];

/** @see https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types */
export const noExternalAddresses: Rule = {
  name: "no-external-addresses",
  says: "No Service takes an address of a load balancer, of a node or of the outside, unless `slipway:services.<service>.service.type` names it.",
  remedy: "Use type ClusterIP with an `ingress` or a `route`, or set `service.type`.",
  kinds: ["Service"],
  faults: ({ object }, { open }) => {
    const type = `${object}.?spec.?type.orValue("ClusterIP")`;
    const named =
      Object.keys(open).length === 0
        ? ""
        : ` && ${literal(open)}[?${object}.metadata.name].orValue("") != ${type}`;
    const outside = faultIf(
      `${type} in ${literal(OUTSIDE)}${named}`,
      `"spec.type: got " + ${quoted(type)} + "; allowed: ClusterIP, or what slipway:services names"`,
    );
    return `${outside} + ${object}.?spec.?externalIPs.orValue([]).map(i, "spec.externalIPs: got " + ${quoted("i")} + "; allowed: none")`;
  },
};

/** Pods that no policy selects connect to everybody, and everybody to them. */
export const networkPolicies: Rule = {
  name: "network-policies",
  says: "Every pod is selected by a NetworkPolicy of the stack.",
  remedy:
    "Deliver it as a service, which has one; or add a NetworkPolicy to its manifests or to `extras`.",
  kinds: WITH_PODS,
  faults: ({ labels }, { selectors }) =>
    selectors &&
    faultIf(
      `!(${selectedBy(selectors, labels)})`,
      literal(
        "no NetworkPolicy of the stack selects its pods; allowed: pods with the labels that one selects",
      ),
    ),
};

/** Whether one of the selectors selects these labels. Most name one label: those are one comparison. */
function selectedBy(selectors: readonly Selector[], labels: string): string {
  const values = new Map<string, Set<string>>();
  const others: string[] = [];
  for (const selector of selectors) {
    const { matchLabels = {}, matchExpressions = [] } = selector;
    const [first, ...more] = Object.entries(matchLabels);
    if (first !== undefined && more.length === 0 && matchExpressions.length === 0) {
      values.set(first[0], new Set([...(values.get(first[0]) ?? []), first[1]]));
    } else {
      others.push(selects(selector, labels));
    }
  }
  const single = [...values].map(
    ([key, known]) => `(${has(labels, key)} && ${at(labels, key)} in ${literal([...known])})`,
  );
  const all = [...new Set([...single, ...others])];
  return all.length === 0 ? "false" : all.join(" || ");
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: string): string {
  const demands = [
    ...Object.entries(matchLabels).map(
      ([key, value]) => `${has(labels, key)} && ${at(labels, key)} == ${literal(value)}`,
    ),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      const isIn = `${has(labels, key)} && ${at(labels, key)} in ${literal(values)}`;
      const known: Readonly<Record<string, string>> = {
        In: isIn,
        NotIn: `!(${isIn})`,
        Exists: has(labels, key),
        DoesNotExist: `!(${has(labels, key)})`,
      };
      return known[operator] ?? "false";
    }),
  ];
  return demands.length === 0 ? "true" : `(${demands.join(" && ")})`;
}

const has = (labels: string, key: string) => `${literal(key)} in ${labels}`;
const at = (labels: string, key: string) => `${labels}[${literal(key)}]`;

import type * as k8s from "@pulumi/kubernetes";

import type { EgressRule, Service, UdpPort } from "../service-definition.ts";
import type { NamedPort, Source } from "../service/ports.ts";
import { metadataOf, selectorLabels } from "./labels.ts";

/** Where pods may connect to. */
export type Rule = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

/** Any pod of the cluster, and the address that NodeLocal DNSCache listens on, which is no pod's. */
export const DNS: Rule = {
  to: [{ namespaceSelector: {} }, { ipBlock: { cidr: "169.254.20.10/32" } }],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

/**
 * Lets in only the service's ports, and out only DNS and what the settings allow. The pods of a StatefulSet reach one another.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function networkPolicyManifest(
  service: Service,
): k8s.types.input.networking.v1.NetworkPolicy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadataOf(service),
    spec: {
      podSelector: { matchLabels: selectorLabels(service) },
      policyTypes: ["Ingress", "Egress"],
      ...(openings(service).length > 0 && { ingress: openings(service) }),
      egress: [
        DNS,
        ...service.egress.map(egressRule),
        ...peers(service).map((to) => ({ to: [to] })),
      ],
    },
  };
}

/** The pods that a pod may talk with as one of them: names of their own are there for that. */
function peers(service: Service) {
  return service.stateful === undefined
    ? []
    : [{ podSelector: { matchLabels: selectorLabels(service) } }];
}

type IngressRule = k8s.types.input.networking.v1.NetworkPolicyIngressRule;

function openings(service: Service): IngressRule[] {
  return [...portRules(service.ports), ...peers(service).map((from) => ({ from: [from] }))];
}

/** A rule for the ports that everybody may connect to, and one for those of each other set of sources. */
function portRules(ports: readonly NamedPort[]): IngressRule[] {
  const bySources = new Map<string, NamedPort[]>();
  for (const port of ports) {
    const sources = JSON.stringify(port.from ?? null);
    bySources.set(sources, [...(bySources.get(sources) ?? []), port]);
  }
  return [...bySources.values()].map((same) => {
    const from = same[0]?.from;
    return {
      ...(from && { from: from.map(peerOf) }),
      ports: same.map(({ name, protocol }) => ({ port: name, protocol })),
    };
  });
}

function peerOf(source: Source): k8s.types.input.networking.v1.NetworkPolicyPeer {
  if ("cidr" in source) {
    return { ipBlock: { cidr: source.cidr } };
  }
  return {
    ...("namespace" in source && { namespaceSelector: named(source.namespace) }),
    ...(source.pods && { podSelector: { matchLabels: source.pods } }),
  };
}

function named(namespace: string) {
  return { matchLabels: { "kubernetes.io/metadata.name": namespace } };
}

/** A destination of the settings, as a NetworkPolicy has it. */
export function egressRule(rule: EgressRule): Rule {
  const to =
    "cidr" in rule
      ? { ipBlock: { cidr: rule.cidr } }
      : { namespaceSelector: named(rule.namespace) };
  return {
    to: [to],
    ...(rule.ports && { ports: rule.ports.map(policyPort) }),
  };
}

function policyPort(port: number | UdpPort) {
  return typeof port === "number"
    ? { port, protocol: "TCP" }
    : { port: Number.parseInt(port, 10), protocol: "UDP" };
}

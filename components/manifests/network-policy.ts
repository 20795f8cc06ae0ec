import type * as k8s from "@pulumi/kubernetes";

import { PORT_NAME } from "./port.ts";
import type { EgressRule, Service, UdpPort } from "../service-definition.ts";
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
 * Lets in only the service's port, and out only DNS and what the settings allow. The pods of a StatefulSet reach one another.
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
      ingress: [
        { ports: [{ port: PORT_NAME, protocol: "TCP" }] },
        ...peers(service).map((from) => ({ from: [from] })),
      ],
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

/** A destination of the settings, as a NetworkPolicy has it. */
export function egressRule(rule: EgressRule): Rule {
  const to =
    "cidr" in rule
      ? { ipBlock: { cidr: rule.cidr } }
      : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": rule.namespace } } };
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

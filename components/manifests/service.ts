import type * as k8s from "@pulumi/kubernetes";

import { picked } from "../service/picked.ts";
import type { Service } from "../service-definition.ts";
import { type NamedPort, servedPorts, type ServiceObjectDefinition } from "../service/ports.ts";
import { lasting, markedMetadataOf, selectorLabels, SKIP_AWAIT } from "./labels.ts";

/** Settings that the Service has by the same name, as they are. */
const SAME = [
  "sessionAffinity",
  "sessionAffinityConfig",
  "externalTrafficPolicy",
  "internalTrafficPolicy",
  "trafficDistribution",
  "loadBalancerClass",
  "loadBalancerSourceRanges",
  "allocateLoadBalancerNodePorts",
  "publishNotReadyAddresses",
  "ipFamilyPolicy",
  "ipFamilies",
] as const satisfies (keyof ServiceObjectDefinition)[];

/**
 * The address of a service inside the cluster, port 80 of its name if the settings say nothing else. Undefined for one that
 * takes no connections.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/
 */
export function serviceManifest(service: Service): k8s.types.input.core.v1.Service | undefined {
  const ports = servedPorts(service);
  if (ports.length === 0) {
    return undefined;
  }
  const { type = "ClusterIP", headless = false } = service.service;
  const metadata = markedMetadataOf(service, service.service, SKIP_AWAIT);
  return {
    apiVersion: "v1",
    kind: "Service",
    // Argo Rollouts narrows the selector to the pods that a switch gives all traffic.
    metadata: service.steps === "switch" ? lasting(metadata) : metadata,
    spec: {
      type,
      ...(headless && { clusterIP: "None" }),
      selector: selectorLabels(service),
      ports: ports.map(mappedPort),
      ...(picked(service.service, SAME) as k8s.types.input.core.v1.ServiceSpec),
    },
  };
}

function mappedPort({ name, protocol, servicePort = 0, nodePort, appProtocol }: NamedPort) {
  return {
    name,
    port: servicePort,
    targetPort: name,
    protocol,
    ...(nodePort !== undefined && { nodePort }),
    ...(appProtocol !== undefined && { appProtocol }),
  };
}

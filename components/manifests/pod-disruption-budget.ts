import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";
import { metadataOf, selectorLabels } from "./labels.ts";

/**
 * Lets a node be drained one pod at a time. Undefined for a single pod, whose node could then never
 * be drained.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export function podDisruptionBudgetManifest(
  service: Service,
): k8s.types.input.policy.v1.PodDisruptionBudget | undefined {
  if ((service.autoscale?.min ?? service.replicas) < 2) {
    return undefined;
  }
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadataOf(service),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorLabels(service) },
      // A pod that does not serve anyway must not keep its node from being drained.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}

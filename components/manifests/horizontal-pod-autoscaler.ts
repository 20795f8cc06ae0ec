import type * as k8s from "@pulumi/kubernetes";

import { workloadKindOf } from "../service/kinds.ts";
import type { Service } from "../service-definition.ts";
import { metadataOf } from "./labels.ts";

/**
 * Scales a service by its CPU, undefined where the settings fix the number of pods.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export function horizontalPodAutoscalerManifest(
  service: Service,
): k8s.types.input.autoscaling.v2.HorizontalPodAutoscaler | undefined {
  const { autoscale, name } = service;
  if (autoscale === undefined) {
    return undefined;
  }
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: metadataOf(service),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: workloadKindOf(service), name },
      minReplicas: autoscale.min,
      maxReplicas: autoscale.max,
      metrics: [
        {
          type: "Resource",
          resource: {
            name: "cpu",
            target: { type: "Utilization", averageUtilization: autoscale.cpu },
          },
        },
      ],
    },
  };
}

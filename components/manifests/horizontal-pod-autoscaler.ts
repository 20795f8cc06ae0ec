import type * as k8s from "@pulumi/kubernetes";

import { deliveringKind } from "../service/kinds.ts";
import type { Service } from "../service-definition.ts";
import type { Autoscale } from "../service/autoscale.ts";
import { metadataOf } from "./labels.ts";

type Metric = k8s.types.input.autoscaling.v2.MetricSpec;

/**
 * Scales a service by its use and by the metrics of the settings, undefined where the settings fix the number of pods.
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
      scaleTargetRef: { ...deliveringKind(service), name },
      minReplicas: autoscale.min,
      maxReplicas: autoscale.max,
      metrics: metricsOf(autoscale),
      ...(autoscale.behavior && {
        // In Kubernetes' own words, which the API server checks.
        behavior:
          autoscale.behavior as k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior,
      }),
    },
  };
}

function metricsOf({ cpu, memory, metrics = [] }: Autoscale): Metric[] {
  return [
    ...(cpu === undefined ? [] : [utilization("cpu", cpu)]),
    ...(memory === undefined ? [] : [utilization("memory", memory)]),
    ...metrics.map((metric) => metric as unknown as Metric),
  ];
}

function utilization(name: string, percent: number): Metric {
  return {
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization: percent } },
  };
}

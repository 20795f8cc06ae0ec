import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";
import { PORT_NAME } from "./port.ts";

/**
 * How the node asks whether a container has started, can serve, and is alive.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export function probes({ health, ready, verdict }: Service) {
  return {
    // Asked each second, so that a quick start is noticed at once; a start slower than the rollout's
    // deadline is the deadline's affair, so the probe does not kill the container before it.
    startupProbe: {
      ...probe(health),
      periodSeconds: 1,
      failureThreshold: verdict.deadlineSeconds,
      timeoutSeconds: 1,
    },
    readinessProbe: { ...probe(ready), periodSeconds: 2, failureThreshold: 3, timeoutSeconds: 2 },
    livenessProbe: { ...probe(health), periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 },
  };
}

function probe(path: string | undefined): k8s.types.input.core.v1.Probe {
  return path === undefined
    ? { tcpSocket: { port: PORT_NAME } }
    : { httpGet: { path, port: PORT_NAME } };
}

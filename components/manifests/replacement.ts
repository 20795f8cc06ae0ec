import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";

/**
 * How a Deployment replaces its pods.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
 */
export function deploymentStrategy({
  replacement,
}: Pick<Service, "replacement">): k8s.types.input.apps.v1.DeploymentStrategy {
  if (replacement === "recreate") {
    return { type: "Recreate" };
  }
  const { surge = "25%", unavailable = 0 } = replacement ?? {};
  return {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: unavailable, maxSurge: surge },
  };
}

import type * as k8s from "@pulumi/kubernetes";

import { picked } from "../service/picked.ts";
import { PLACEMENT } from "../service/placement.ts";
import type { Service } from "../service-definition.ts";
import { selectorLabels } from "./labels.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** Where a service's pods run: what the settings say, in the fields of the same names. */
export function placement(service: Service): Partial<PodSpec> {
  const keys = PLACEMENT.filter((key) => key !== "topologySpreadConstraints");
  return picked(service, keys) as Partial<PodSpec>;
}

/** How a service's pods spread: over the nodes, if the settings say nothing else. */
export function spread(service: Service) {
  const labelSelector = { matchLabels: selectorLabels(service) };
  const { topologySpreadConstraints, stateful, steps } = service;
  // Without it the pods of the outgoing release would push the new ones onto one node; those of a StatefulSet go first.
  const ofRelease = stateful === undefined && {
    matchLabelKeys: [steps === undefined ? "pod-template-hash" : "rollouts-pod-template-hash"],
  };
  if (topologySpreadConstraints === undefined) {
    const byNode = { maxSkew: 1, topologyKey: "kubernetes.io/hostname" };
    return [{ ...byNode, whenUnsatisfiable: "ScheduleAnyway", labelSelector, ...ofRelease }];
  }
  return topologySpreadConstraints.map(
    (constraint) =>
      ({
        ...(constraint.labelSelector === undefined && { labelSelector, ...ofRelease }),
        ...constraint,
      }) as k8s.types.input.core.v1.TopologySpreadConstraint,
  );
}

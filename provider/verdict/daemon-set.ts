import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import {
  judgeGeneration,
  livingPods,
  type ObjectAssessment,
  type ObservedObject,
  titleOf,
  unready,
} from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import { condition, type DaemonSet, nameOf, type Pod, uidOf } from "./objects.ts";
import { isReady, judgePod } from "./pod.ts";
import { judgeRefusedPods } from "./refused-pods.ts";
import { stagesOf } from "./stages.ts";

/** The DaemonSet's template by number, and each pod's: revisions themselves would have to be listed. */
const TEMPLATE = "deprecated.daemonset.template.generation";
const POD_TEMPLATE = "pod-template-generation";

/**
 * What a DaemonSet shows: the rules of `kubectl rollout status`, and why its pods of the new template do not get ready.
 * How many pods are asked for follows the nodes, from moment to moment. Pods of a node that is away hold nothing up as
 * long as they are no more than the DaemonSet lets be unavailable; those left to be deleted by hand
 * (`OnDelete`) need only be ready as they are.
 *
 * @see https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
 */
export function assessDaemonSet(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject<DaemonSet> & { readonly object: DaemonSet },
): ObjectAssessment {
  const { object: set, events } = observed;
  const behind = judgeGeneration(awaited, set, set.status?.observedGeneration ?? 0);
  if (behind !== undefined) {
    return { findings: [behind], text: behind.message };
  }
  const desired = set.status?.desiredNumberScheduled ?? 0;
  const template = set.metadata?.annotations?.[TEMPLATE];
  const pods = livingPods(observed.pods);
  const updated = pods.filter(
    ({ metadata }) => template === undefined || metadata?.labels?.[POD_TEMPLATE] === template,
  );
  const refused =
    pods.length < desired ? judgeRefusedPods(titleOf(awaited), observed, uidOf(set)) : undefined;
  const away = pods.filter(isAway);
  const findings = [
    ...(refused === undefined ? [] : [refused]),
    ...updated.filter((pod) => !isAway(pod)).flatMap((pod) => judgePod(awaited, pod, events)),
    ...judgeCounts(awaited, set, updated, away),
  ];
  return {
    findings,
    text: stagesOf(pods, desired, findings[0]?.message),
    ...(template !== undefined && { revision: template }),
  };
}

/** Whether the pod's node has gone: then the pod is not ready, while the kubelet's last word is that its containers are. */
function isAway(pod: Pod): boolean {
  return !isReady(pod) && condition(pod.status?.conditions, "ContainersReady")?.status === "True";
}

function judgeCounts(
  awaited: ObjectReadinessInputs,
  set: DaemonSet,
  updated: readonly Pod[],
  away: readonly Pod[],
): Finding[] {
  const {
    desiredNumberScheduled: desired = 0,
    updatedNumberScheduled = 0,
    numberAvailable = 0,
  }: Partial<NonNullable<DaemonSet["status"]>> = set.status ?? {};
  const excused = away.length <= excusable(set, desired) ? away.length : 0;
  const needed = desired - excused;
  const where = away.length === 0 ? "" : `; the node of ${away.map(nameOf).join(", ")} is away`;
  if (!isOnDelete(set) && updatedNumberScheduled < needed) {
    const message = `${updatedNumberScheduled} of ${desired} nodes have a pod of the new template${where}`;
    return [unready(awaited, message)];
  }
  if (numberAvailable < needed) {
    return [
      unready(awaited, `the pods of ${numberAvailable} of ${desired} nodes are available${where}`),
    ];
  }
  const seen = updated.filter(isReady).length;
  // The pods come by a watch of their own: they must be seen, not only counted.
  return !isOnDelete(set) && seen < needed
    ? [unready(awaited, `${seen} of ${desired} pods are ready${where}`)]
    : [];
}

function isOnDelete({ spec }: DaemonSet): boolean {
  return spec?.updateStrategy?.type === "OnDelete";
}

/** How many pods may be unavailable during an update: a number, or a share of the nodes that is rounded up. */
function excusable({ spec }: DaemonSet, desired: number): number {
  const allowed = String(spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1);
  const share = Number.parseInt(allowed, 10);
  return allowed.endsWith("%") ? Math.ceil((desired * share) / 100) : share;
}

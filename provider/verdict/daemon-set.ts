import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { type ObjectAssessment, type Present, unready } from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import { condition, type DaemonSet, isTrue, nameOf, type Pod } from "./objects.ts";
import { isReady, judgePod } from "./pod.ts";
import { assessPodSet, isOnDelete } from "./pod-set.ts";

/** The DaemonSet's template by number, and each pod's: revisions themselves would have to be listed. */
const TEMPLATE = "deprecated.daemonset.template.generation";
const POD_TEMPLATE = "pod-template-generation";

/** How long a kubelet may take to report a pod of its own. */
const SILENCE_MILLISECONDS = 30_000;

/**
 * What a DaemonSet shows: the rules of `kubectl rollout status`, and why its pods of the new template are not ready.
 * How many pods are requested follows the nodes, from moment to moment. Pods of a node that is away delay nothing if
 * there are no more of them than the DaemonSet lets be unavailable; those left to be deleted by hand
 * (`OnDelete`) need only be ready as they are.
 *
 * @see https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
 */
export function assessDaemonSet(
  awaited: ObjectReadinessInputs,
  observed: Present<DaemonSet>,
): ObjectAssessment {
  const { object: set, events, clusterTime } = observed;
  const desired = set.status?.desiredNumberScheduled ?? 0;
  const template = set.metadata?.annotations?.[TEMPLATE];
  const isUpdated = ({ metadata }: Pod) =>
    template === undefined || metadata?.labels?.[POD_TEMPLATE] === template;
  const judge = (pods: readonly Pod[]) => {
    const updated = pods.filter(isUpdated);
    const away = pods.filter((pod) => isAway(pod, clusterTime));
    const present = updated.filter((pod) => !away.includes(pod));
    return [
      ...present.flatMap((pod) => judgePod(awaited, pod, events, { clusterTime })),
      ...judgeNodeCounts(awaited, set, updated, away),
    ];
  };
  return assessPodSet(awaited, observed, { desired, revision: template, judge });
}

/**
 * Whether the pod's node has gone: then the pod is not ready, while the kubelet's last word is that its containers are; or the
 * kubelet has never said a word of it.
 *
 * @param clusterTime the present by the cluster's clock
 */
export function isAway(pod: Pod, clusterTime = NaN): boolean {
  const { lastTransitionTime } = condition(pod, "PodScheduled") ?? {};
  const scheduledAt = Date.parse(lastTransitionTime ?? "");
  const isSilent =
    pod.status?.startTime === undefined && scheduledAt + SILENCE_MILLISECONDS < clusterTime;
  return !isReady(pod) && (isTrue(pod, "ContainersReady") || isSilent);
}

/**
 * What a DaemonSet's own counts lack.
 *
 * @param updated its pods of the new template
 * @param away its pods on nodes that are away
 */
export function judgeNodeCounts(
  awaited: Pick<ObjectReadinessInputs, "kind" | "name">,
  set: DaemonSet,
  updated: readonly Pod[],
  away: readonly Pod[],
): Finding[] {
  const status: Partial<NonNullable<DaemonSet["status"]>> = set.status ?? {};
  const { desiredNumberScheduled: desired = 0, numberAvailable = 0 } = status;
  const { updatedNumberScheduled = 0 } = status;
  const seen = updated.filter(isReady).length;
  const excused = away.length <= excusable(set, desired) ? away.length : 0;
  const steps = [
    [
      updatedNumberScheduled,
      `${updatedNumberScheduled} of ${desired} nodes have a pod of the new template`,
    ],
    [numberAvailable, `the pods of ${numberAvailable} of ${desired} nodes are available`],
    // The pods come by a watch of their own: they must be seen, not only counted.
    [seen, `${seen} of ${desired} pods are ready`],
  ] as const;
  const counted = isOnDelete(set) ? steps.slice(1, 2) : steps;
  const short = counted.find(([count]) => count < desired - excused);
  const where = away.length === 0 ? "" : `; the node of ${away.map(nameOf).join(", ")} is away`;
  return short === undefined ? [] : [unready(awaited, short[1] + where)];
}

/** How many pods may be unavailable during an update: a number, or a share of the nodes that is rounded up. */
function excusable({ spec }: DaemonSet, desired: number): number {
  const allowed = String(spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1);
  const share = Number.parseInt(allowed, 10);
  return allowed.endsWith("%") ? Math.ceil((desired * share) / 100) : share;
}

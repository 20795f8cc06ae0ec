import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { type ObjectAssessment, objectFinding, type Present, unready } from "./awaited-object.ts";
import { type Finding, toleranceOf } from "./finding.ts";
import type { Patience } from "./judged-container.ts";
import { type Event, nameOf, type Pod, type StatefulSet } from "./objects.ts";
import { isReady, judgePod } from "./pod.ts";
import { assessPodSet, isOnDelete } from "./pod-set.ts";
import { partitionOf, REVISION_HASH } from "./revision.ts";

/** How long the controller gets to replace a broken pod by itself, which in some states it does. */
const REPLACING_SECONDS = 10;

/**
 * What a StatefulSet shows: the rules of `kubectl rollout status`, and why its pods of the new revision are not ready.
 * Those that a partition holds back, or that are left to be deleted by hand (`OnDelete`), need only be ready as they are.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies
 */
export function assessStatefulSet(
  awaited: ObjectReadinessInputs,
  observed: Present<StatefulSet>,
): ObjectAssessment {
  const { object: set, events, clusterTime } = observed;
  const desired = set.spec?.replicas ?? 1;
  const revision = set.status?.updateRevision;
  const judge = (pods: readonly Pod[]) => {
    const updated = pods.filter((pod) => revisionOf(pod) === revision);
    return [
      ...updated.flatMap((pod) => judgePod(awaited, pod, events, { clusterTime })),
      ...judgeOldPods(awaited, set, pods, events),
      ...judgeSetCounts(awaited, set, updated),
    ];
  };
  return assessPodSet(awaited, observed, { desired, revision, judge });
}

function revisionOf({ metadata }: Pod): string | undefined {
  return metadata?.labels?.[REVISION_HASH];
}

/**
 * What a StatefulSet's own counts lack.
 *
 * @param updated its pods of the new revision
 */
export function judgeSetCounts(
  awaited: Pick<ObjectReadinessInputs, "kind" | "name">,
  set: StatefulSet,
  updated: readonly Pod[],
): Finding[] {
  const status: Partial<NonNullable<StatefulSet["status"]>> = set.status ?? {};
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  const desired = set.spec?.replicas ?? 1;
  const needed = isOnDelete(set) ? 0 : Math.max(desired - partitionOf(set), 0);
  const available = status.availableReplicas ?? readyReplicas;
  if (updatedReplicas < needed) {
    return [unready(awaited, `${updatedReplicas} of ${needed} pods are of the new revision`)];
  }
  if (available < desired) {
    return [unready(awaited, `${available} of ${desired} pods are available`)];
  }
  if (replicas > desired) {
    return [objectFinding(awaited, "old-pods", `${replicas - desired} surplus pods still exist`)];
  }
  const seen = updated.filter(isReady).length;
  // The pods come by a watch of their own: they must be seen, not only counted.
  return seen < needed ? [unready(awaited, `${seen} of ${needed} pods are ready`)] : [];
}

/**
 * A StatefulSet that creates its pods in order replaces none while one is not ready, even if the new revision would fix
 * it: the broken pod has to be deleted by hand.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export function judgeOldPods(
  patience: Patience,
  set: StatefulSet,
  pods: readonly Pod[],
  events: readonly Event[],
): Finding[] {
  return oldPodsInTheWay(set, pods).flatMap((pod) => {
    const causes = judgePod(patience, pod, events);
    const cause = causes.find((found) => Number.isFinite(toleranceOf(found)));
    if (cause === undefined) {
      return [];
    }
    const name = nameOf(pod);
    const message = `pod ${name} of an earlier revision is broken (${cause.reason}: ${cause.message}), and a StatefulSet replaces no pod before all are ready; delete it: kubectl delete pod ${name}`;
    const tolerance = Math.max(toleranceOf(cause), REPLACING_SECONDS);
    return [{ reason: "old-pod-stuck", object: `pod ${name}`, message, tolerance }];
  });
}

/** The pods of an earlier revision that hold up the update while they are not ready, of those that count. */
export function oldPodsInTheWay(set: StatefulSet, pods: readonly Pod[]): readonly Pod[] {
  return isOnDelete(set) || set.spec?.podManagementPolicy === "Parallel"
    ? []
    : pods.filter((pod) => revisionOf(pod) !== set.status?.updateRevision);
}

/** The pods that a partition holds back at an earlier revision. */
export function heldBackPods(set: StatefulSet, pods: readonly Pod[]): readonly Pod[] {
  const partition = partitionOf(set);
  return pods.filter(
    (pod) => ordinalOf(pod) < partition && revisionOf(pod) !== set.status?.updateRevision,
  );
}

/** Whether the controller gives a pod the new revision when it makes it again. */
export function isUpdatedByDeletion(set: StatefulSet, pod: Pod): boolean {
  return ordinalOf(pod) >= partitionOf(set);
}

/** A pod's name ends with its number. */
function ordinalOf(pod: Pod): number {
  return Number(nameOf(pod).split("-").at(-1));
}

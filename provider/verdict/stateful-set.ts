import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { type ObjectAssessment, objectFinding, type Present, unready } from "./awaited-object.ts";
import { type Finding, toleranceOf } from "./finding.ts";
import { nameOf, type Pod, type StatefulSet } from "./objects.ts";
import { isReady, judgePod } from "./pod.ts";
import { assessPodSet, isOnDelete } from "./pod-set.ts";

/** Set by the StatefulSet controller on each pod. */
const REVISION = "controller-revision-hash";

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
      ...judgeOldPods(awaited, observed, pods),
      ...judgeCounts(awaited, set, updated),
    ];
  };
  return assessPodSet(awaited, observed, { desired, revision, judge });
}

function revisionOf({ metadata }: Pod): string | undefined {
  return metadata?.labels?.[REVISION];
}

function judgeCounts(
  awaited: ObjectReadinessInputs,
  set: StatefulSet,
  updated: readonly Pod[],
): Finding[] {
  const status: Partial<NonNullable<StatefulSet["status"]>> = set.status ?? {};
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  const desired = set.spec?.replicas ?? 1;
  const { partition = 0 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  const needed = isOnDelete(set) ? 0 : Math.max(desired - partition, 0);
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
function judgeOldPods(
  awaited: ObjectReadinessInputs,
  { object: set, events }: Present<StatefulSet>,
  pods: readonly Pod[],
): Finding[] {
  if (isOnDelete(set) || set.spec?.podManagementPolicy === "Parallel") {
    return [];
  }
  const old = pods.filter((pod) => revisionOf(pod) !== set.status?.updateRevision);
  return old.flatMap((pod) => {
    const causes = judgePod(awaited, pod, events);
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

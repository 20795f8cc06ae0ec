import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import {
  judgeGeneration,
  livingPods,
  type ObjectAssessment,
  type ObservedObject,
  titleOf,
  unready,
} from "./awaited-object.ts";
import { type Finding, toleranceOf } from "./finding.ts";
import { nameOf, type Pod, type StatefulSet, uidOf } from "./objects.ts";
import { isReady, judgePod } from "./pod.ts";
import { judgeRefusedPods } from "./refused-pods.ts";
import { stagesOf } from "./stages.ts";

/** Set by the StatefulSet controller on each pod. */
const REVISION = "controller-revision-hash";

/** The controller gets this long to replace a broken pod by itself, which in some states it does. */
const REPLACING_SECONDS = 10;

/**
 * What a StatefulSet shows: the rules of `kubectl rollout status`, and why its pods of the new revision do not get ready.
 * Those that a partition holds back, or that are left to be deleted by hand (`OnDelete`), need only be ready as they are.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies
 */
export function assessStatefulSet(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject<StatefulSet> & { readonly object: StatefulSet },
): ObjectAssessment {
  const { object: set, events } = observed;
  const behind = judgeGeneration(awaited, set, set.status?.observedGeneration ?? 0);
  if (behind !== undefined) {
    return { findings: [behind], text: behind.message };
  }
  const { updateRevision } = set.status ?? {};
  const desired = set.spec?.replicas ?? 1;
  const pods = livingPods(observed.pods);
  const updated = pods.filter((pod) => revisionOf(pod) === updateRevision);
  const counts = judgeCounts(awaited, set, updated);
  const refused =
    pods.length < desired ? judgeRefusedPods(titleOf(awaited), observed, uidOf(set)) : undefined;
  const findings = [
    ...(refused === undefined ? [] : [refused]),
    ...updated.flatMap((pod) => judgePod(awaited, pod, events)),
    ...judgeOldPods(awaited, observed, pods),
    ...counts,
  ];
  return {
    findings,
    text: stagesOf(pods, desired, findings[0]?.message),
    ...(updateRevision !== undefined && { revision: updateRevision }),
  };
}

function revisionOf({ metadata }: Pod): string | undefined {
  return metadata?.labels?.[REVISION];
}

function isOnDelete({ spec }: StatefulSet): boolean {
  return spec?.updateStrategy?.type === "OnDelete";
}

/** How many pods are to be of the new revision. */
function renewed({ spec }: StatefulSet): number {
  return Math.max((spec?.replicas ?? 1) - (spec?.updateStrategy?.rollingUpdate?.partition ?? 0), 0);
}

function judgeCounts(
  awaited: ObjectReadinessInputs,
  set: StatefulSet,
  updated: readonly Pod[],
): Finding[] {
  const status: Partial<NonNullable<StatefulSet["status"]>> = set.status ?? {};
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  const desired = set.spec?.replicas ?? 1;
  const needed = isOnDelete(set) ? 0 : renewed(set);
  const available = status.availableReplicas ?? readyReplicas;
  if (updatedReplicas < needed) {
    return [unready(awaited, `${updatedReplicas} of ${needed} pods are of the new revision`)];
  }
  if (available < desired) {
    return [unready(awaited, `${available} of ${desired} pods are available`)];
  }
  if (replicas > desired) {
    const message = `${replicas - desired} pods more than asked for are still there`;
    return [{ reason: "old-pods", object: titleOf(awaited), message }];
  }
  const seen = updated.filter(isReady).length;
  // The pods come by a watch of their own: they must be seen, not only counted.
  return seen < needed ? [unready(awaited, `${seen} of ${needed} pods are ready`)] : [];
}

/**
 * A StatefulSet that makes its pods in order touches none while one is not ready, also where the new revision would mend
 * that one: the broken pod has to be deleted by hand.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
function judgeOldPods(
  awaited: ObjectReadinessInputs,
  { object: set, events }: { readonly object: StatefulSet } & Pick<ObservedObject, "events">,
  pods: readonly Pod[],
): Finding[] {
  if (isOnDelete(set) || set.spec?.podManagementPolicy === "Parallel") {
    return [];
  }
  const old = pods.filter((pod) => revisionOf(pod) !== set.status?.updateRevision);
  return old.flatMap((pod) => {
    const cause = judgePod(awaited, pod, events).find((found) =>
      Number.isFinite(toleranceOf(found)),
    );
    if (cause === undefined) {
      return [];
    }
    const name = nameOf(pod);
    const message = `pod ${name} of an earlier revision is broken (${cause.reason}: ${cause.message}), and a StatefulSet replaces no pod before all are ready; delete it: kubectl delete pod ${name}`;
    const tolerance = Math.max(toleranceOf(cause), REPLACING_SECONDS);
    return [{ reason: "old-pod-stuck", object: `pod ${name}`, message, tolerance }];
  });
}

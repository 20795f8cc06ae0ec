import type { ReadinessInputs } from "../../contract/readiness.ts";
import { kindOf, titleOf } from "../../contract/workload-kind.ts";
import { livingPods, unready } from "./awaited-object.ts";
import { isAway, judgeNodeCounts } from "./daemon-set.ts";
import { timeOf } from "./event.ts";
import type { Finding } from "./finding.ts";
import { type DaemonSet, nameOf, type Observed, type Pod, type StatefulSet } from "./objects.ts";
import { isReady } from "./pod.ts";
import { judgeRefusedPods } from "./refused-pods.ts";
import { newReplicaSet, partitionOf, podsOf } from "./revision.ts";
import { heldBackPods, judgeOldPods, judgeSetCounts } from "./stateful-set.ts";

/** Pods that a message names. */
const NAMED = 3;

/**
 * What a StatefulSet says of a release: its counts, the pods of an earlier revision that hold it up, and whether a
 * partition leaves any pod to prove it.
 */
export function judgeStatefulSetRelease(
  release: ReadinessInputs,
  observed: Observed,
  set: StatefulSet,
): Finding[] {
  const { pods, warnings } = observed;
  const object = titleOf(release.deployment);
  const { replicas = 1 } = set.spec ?? {};
  const partition = partitionOf(set);
  const living = livingPods(pods);
  // Of a set that an autoscaler has not scaled yet all pods may be of the release, whatever the partition will hold back.
  if (replicas > 0 && partition >= replicas && heldBackPods(set, living).length > 0) {
    const message = `partition ${partition} holds back all of its ${replicas} pods, so that none of them proves the release; lower it`;
    return [{ reason: "paused", object, message }];
  }
  return [
    ...refusals(release, observed, replicas),
    ...judgeOldPods(release, set, living, warnings),
    ...judgeSetCounts(withKind(release), set, podsOf(newReplicaSet(observed), pods)),
  ];
}

/** What a DaemonSet says of a release: its counts, which follow the nodes from moment to moment. */
export function judgeDaemonSetRelease(
  release: ReadinessInputs,
  observed: Observed,
  set: DaemonSet,
): Finding[] {
  const awaited = withKind(release);
  const { desiredNumberScheduled: desired = 0 } = set.status ?? {};
  const updated = podsOf(newReplicaSet(observed), observed.pods);
  // One that was told to go waits for the kubelet of a node that is away.
  const away = observed.pods.filter((pod) => isAway(pod, observed.clusterTime));
  const counts = judgeNodeCounts(awaited, set, updated, away);
  const isUnproved = counts.length === 0 && !updated.some(isReady);
  const message =
    desired === 0
      ? "no node is to have a pod of it: its node selector, affinity or the nodes' taints leave none"
      : `the nodes of all of its ${desired} pods are away, so that none of them proves the release`;
  return [
    ...refusals(release, observed, desired),
    ...(isUnproved ? [unready(awaited, message)] : counts),
  ];
}

/** The pods of a release that are judged: those of nodes that are away are only counted. */
export function judgedPods(observed: Observed, pods: readonly Pod[]): readonly Pod[] {
  return observed.daemonSet === undefined
    ? pods
    : pods.filter((pod) => !isAway(pod, observed.clusterTime));
}

/** Whether a pod that is to be replaced is still in the time that it has to stop: nothing else shows a step meanwhile. */
export function isStopping(pod: Pod, { statefulSet, daemonSet, clusterTime }: Observed): boolean {
  const until = Date.parse(pod.metadata?.deletionTimestamp ?? "");
  return (statefulSet ?? daemonSet) !== undefined && until > (clusterTime ?? NaN);
}

/**
 * Of a controller that has no condition for it, only events say that the API server accepts none of its pods. One from
 * before the last pod says nothing any more.
 */
function refusals(
  release: ReadinessInputs,
  { pods, warnings, neighbourhood }: Observed,
  desired: number,
): Finding[] {
  const living = livingPods(pods);
  if (living.length >= desired) {
    return [];
  }
  const created = Math.max(
    0,
    ...living.map(({ metadata }) => Date.parse(metadata?.creationTimestamp ?? "")),
  );
  const events = warnings.filter((event) => Date.parse(timeOf(event)) >= created);
  return judgeRefusedPods(withKind(release), {
    pods,
    events,
    ...(neighbourhood && { neighbourhood }),
  });
}

/** What delivers the release, as the rules of any object know it. */
function withKind({ deployment }: ReadinessInputs) {
  return { ...deployment, kind: kindOf(deployment) };
}

/** What is to be said of a release that is ready while a partition holds pods back. */
export function partitionNotes({ statefulSet, pods }: Observed): string[] {
  const held = statefulSet === undefined ? [] : heldBackPods(statefulSet, livingPods(pods));
  if (held.length === 0) {
    return [];
  }
  const others = held.length > NAMED ? ` and ${held.length - NAMED} more` : "";
  const names = held.slice(0, NAMED).map(nameOf).join(", ");
  const partition = partitionOf(statefulSet);
  return [`partition ${partition} holds back ${names}${others}: they run an earlier revision`];
}

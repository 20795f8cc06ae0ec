import type { Finding } from "./finding.ts";
import {
  condition,
  type Deployment,
  nameOf,
  ownerOf,
  type Pod,
  type ReplicaSet,
  uidOf,
} from "./objects.ts";
import { refusalOf } from "./refusal.ts";

/**
 * Why the API server takes no more pods of a ReplicaSet.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
 */
export function judgeReplicaSet(
  replicaSet: ReplicaSet,
  deployment: Deployment,
  pods: readonly Pod[],
): Finding | undefined {
  const failure = condition(replicaSet.status?.conditions, "ReplicaFailure");
  if (failure?.status !== "True" || failure.reason !== "FailedCreate") {
    return undefined;
  }
  const message = failure.message ?? "the API server takes no more pods";
  const bornAt = failure.lastTransitionTime;
  return {
    ...refusalOf(message, mayLeave(replicaSet, deployment, pods)),
    object: `replicaset ${nameOf(replicaSet)}`,
    message,
    ...(bornAt !== undefined && { bornAt }),
  };
}

/** Whether pods that count against a quota are leaving, or will be made to leave by the rollout itself. */
function mayLeave(replicaSet: ReplicaSet, deployment: Deployment, pods: readonly Pod[]): boolean {
  const others = pods.filter((pod) => ownerOf(pod) !== uidOf(replicaSet));
  const { type, rollingUpdate } = deployment.spec?.strategy ?? {};
  const unavailable = String(rollingUpdate?.maxUnavailable ?? "25%");
  const isReplacing = type === "Recreate" || !/^0%?$/.test(unavailable);
  return (
    pods.some(({ metadata }) => metadata?.deletionTimestamp) || (isReplacing && others.length > 0)
  );
}

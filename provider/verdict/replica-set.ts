import type { Finding } from "./finding.ts";
import { condition, nameOf, type Observed, type ReplicaSet } from "./objects.ts";
import { refusalOf } from "./refusal.ts";
import { outgoingOf } from "./room.ts";

/**
 * Why the API server takes no more pods of a ReplicaSet.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
 */
export function judgeReplicaSet(
  replicaSet: ReplicaSet,
  { deployment, replicaSets, pods, neighbourhood }: Observed,
): Finding | undefined {
  const failure = failureOf(replicaSet);
  if (failure === undefined) {
    return undefined;
  }
  const own = { deployments: deployment === undefined ? [] : [deployment], replicaSets, pods };
  const message = failure.message ?? "the API server takes no more pods";
  const bornAt = failure.lastTransitionTime;
  return {
    ...refusalOf(message, outgoingOf(neighbourhood ?? own)),
    object: `replicaset ${nameOf(replicaSet)}`,
    message,
    ...(bornAt !== undefined && { bornAt }),
  };
}

/** The ReplicaSet's own word on pods that the API server did not take. */
export function failureOf({ status }: ReplicaSet) {
  const failure = condition(status?.conditions, "ReplicaFailure");
  return failure?.status === "True" && failure.reason === "FailedCreate" ? failure : undefined;
}

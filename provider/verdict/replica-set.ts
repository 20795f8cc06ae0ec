import type { Finding } from "./finding.ts";
import { eventsAbout } from "./event.ts";
import { condition, nameOf, type Observed, type ReplicaSet, uidOf } from "./objects.ts";
import { refusalOf } from "./refusal.ts";

/**
 * Why the API server accepts no more pods of a ReplicaSet.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
 */
export function judgeReplicaSet(
  replicaSet: ReplicaSet,
  { deployment, replicaSets, pods, neighbourhood, warnings }: Observed,
): Finding[] {
  const failure = failureOf(replicaSet);
  if (failure === undefined) {
    return [];
  }
  const { message = "the API server accepts no more pods", lastTransitionTime: bornAt } = failure;
  const own = { deployments: deployment === undefined ? [] : [deployment], replicaSets, pods };
  const refusals = eventsAbout(uidOf(replicaSet), ["FailedCreate"], warnings);
  const refusal = refusalOf(message, neighbourhood ?? own, refusals);
  return [{ ...refusal, object: `replicaset ${nameOf(replicaSet)}`, message, bornAt }];
}

/** The ReplicaSet's own report on pods that the API server did not accept. */
export function failureOf(replicaSet: ReplicaSet) {
  const failure = condition(replicaSet, "ReplicaFailure");
  return failure?.status === "True" && failure.reason === "FailedCreate" ? failure : undefined;
}

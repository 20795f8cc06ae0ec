import { livingPods } from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import { eventsAbout } from "./event.ts";
import { condition, nameOf, type Observed, type Pod, type ReplicaSet, uidOf } from "./objects.ts";
import { refusalOf } from "./refusal.ts";
import { isPodOf } from "./revision.ts";

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
  const notes =
    refusal.reason === "quota-exceeded" && isSurge(replicaSet, deployment, pods)
      ? { notes: [SURGE] }
      : {};
  return [{ ...refusal, object: `replicaset ${nameOf(replicaSet)}`, message, bornAt, ...notes }];
}

const SURGE =
  "the new pods need room beside the old ones: free some of the quota, or update without a surge (replacement: {surge: 0, unavailable: 1}, or recreate)";

/** Whether a pod is refused while pods of an earlier template keep running until it is ready. */
function isSurge(
  replicaSet: ReplicaSet,
  deployment: Observed["deployment"],
  pods: readonly Pod[],
): boolean {
  const { type, rollingUpdate } = deployment?.spec?.strategy ?? {};
  const gives = Number.parseInt(String(rollingUpdate?.maxUnavailable ?? "25%"), 10) > 0;
  return type !== "Recreate" && !gives && livingPods(pods).some((pod) => !isPodOf(replicaSet, pod));
}

/** The ReplicaSet's own report on pods that the API server did not accept. */
export function failureOf(replicaSet: ReplicaSet) {
  const failure = condition(replicaSet, "ReplicaFailure");
  return failure?.status === "True" && failure.reason === "FailedCreate" ? failure : undefined;
}

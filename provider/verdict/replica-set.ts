import type { Finding } from "./finding";
import {
  condition,
  type Deployment,
  nameOf,
  ownerOf,
  type Pod,
  type ReplicaSet,
  uidOf,
} from "./objects";
import type { Reason } from "./reasons";

/** Room comes when pods that are leaving are gone. */
const LEAVING_SECONDS = 60;

/** What cannot be asked for a moment is asked again by the controller. */
const RETRY_SECONDS = 30;

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
  const [reason, tolerance] = causeOf(message, mayLeave(replicaSet, deployment, pods));
  const bornAt = failure.lastTransitionTime;
  return {
    reason,
    object: `replicaset ${nameOf(replicaSet)}`,
    message,
    ...(tolerance !== undefined && { tolerance }),
    ...(bornAt !== undefined && { bornAt }),
  };
}

function causeOf(message: string, mayLeave: boolean): readonly [Reason, number?] {
  if (/because it is being terminated/.test(message)) {
    return ["namespace-terminating"];
  }
  if (/exceeded quota/.test(message)) {
    return mayLeave ? ["quota-exceeded", LEAVING_SECONDS] : ["quota-exceeded"];
  }
  const isPassing =
    /failed calling webhook|connection refused|timeout|timed out|etcdserver|error looking up service account/;
  return isPassing.test(message) ? ["admission-denied", RETRY_SECONDS] : ["admission-denied"];
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

import { isMissingConfig } from "./container.ts";
import type { Finding } from "./finding.ts";
import { condition, type Event, nameOf, type Pod, uidOf } from "./objects.ts";
import type { Reason } from "./reasons.ts";
import type { Patience } from "./subject.ts";

/** What keeps a pod from its node, or its containers from their volumes. */
export function judgeScheduling(
  { tolerate = {} }: Patience,
  pod: Pod,
  warnings: readonly Event[],
): Finding | undefined {
  const scheduled = condition(pod.status?.conditions, "PodScheduled");
  if (scheduled?.status === "False") {
    const message = scheduled.message ?? "no node takes the pod";
    const isVolume = /persistentvolumeclaim/i.test(message);
    const { unschedulableSeconds: tolerance } = tolerate;
    return {
      ...finding(pod, isVolume ? "volume-unbound" : "unschedulable", message),
      ...(!isVolume && tolerance !== undefined && { tolerance }),
    };
  }
  const isWaiting = pod.status?.containerStatuses?.every(({ state }) => state?.waiting) ?? true;
  const unmounted = warnings.find(
    ({ involvedObject, reason, message }) =>
      involvedObject.uid === uidOf(pod) &&
      reason === "FailedMount" &&
      isMissingConfig(message ?? ""),
  );
  return isWaiting && unmounted?.message !== undefined
    ? finding(pod, "config-missing", unmounted.message.trim())
    : undefined;
}

function finding(pod: Pod, reason: Reason, message: string): Finding {
  const bornAt = pod.metadata?.creationTimestamp;
  return { reason, object: `pod ${nameOf(pod)}`, message, ...(bornAt !== undefined && { bornAt }) };
}

import { isMissingConfig } from "./container.ts";
import { type Finding, podFinding } from "./finding.ts";
import { condition, type Event, type Pod, uidOf } from "./objects.ts";
import type { Patience } from "./subject.ts";

/** What keeps a pod from its node, or its containers from their volumes. */
export function judgeScheduling(
  { tolerate = {} }: Patience,
  pod: Pod,
  warnings: readonly Event[],
): Finding | undefined {
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.status === "False") {
    const message = scheduled.message ?? "no node accepts the pod";
    const tolerance = tolerate.unschedulableSeconds;
    return /persistentvolumeclaim/i.test(message)
      ? podFinding(pod, "volume-unbound", message)
      : podFinding(pod, "unschedulable", message, { tolerance });
  }
  const isWaiting = pod.status?.containerStatuses?.every(({ state }) => state?.waiting) ?? true;
  const unmounted = warnings.find(
    ({ involvedObject, reason, message = "" }) =>
      involvedObject.uid === uidOf(pod) && reason === "FailedMount" && isMissingConfig(message),
  );
  return isWaiting && unmounted?.message !== undefined
    ? podFinding(pod, "config-missing", unmounted.message.trim())
    : undefined;
}

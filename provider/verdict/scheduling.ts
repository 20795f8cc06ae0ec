import { isMissingConfig } from "./container.ts";
import { eventsOf } from "./event.ts";
import type { Finding } from "./finding.ts";
import { podFinding } from "./pod-finding.ts";
import { condition, type Event, type Pod, uidOf } from "./objects.ts";
import { REASONS } from "./reasons.ts";
import { scaleUpFor } from "./scale-up.ts";
import type { Patience } from "./judged-container.ts";

/** A node that has not come by then will not: the cluster autoscaler itself gives it up. */
const NODE_SECONDS = 900;

/** What keeps a pod from its node, or its containers from their volumes. */
export function judgeScheduling(
  { tolerate = {} }: Patience,
  pod: Pod,
  events: readonly Event[],
): Finding | undefined {
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.status === "False") {
    const message = scheduled.message ?? "no node accepts the pod";
    return /persistentvolumeclaim/i.test(message)
      ? podFinding(pod, "volume-unbound", message)
      : unschedulable(pod, message, events, tolerate.unschedulableSeconds);
  }
  const isWaiting = pod.status?.containerStatuses?.every(({ state }) => state?.waiting) ?? true;
  const unmounted = eventsOf(uidOf(pod), events).find(
    ({ reason, message = "" }) => reason === "FailedMount" && isMissingConfig(message),
  );
  return isWaiting && unmounted?.message !== undefined
    ? podFinding(pod, "config-missing", unmounted.message.trim())
    : undefined;
}

/** Whether a pod has no node yet, and an autoscaler says that one is on its way. */
export function awaitsNode(pod: Pod, events: readonly Event[]): boolean {
  const scheduled = condition(pod, "PodScheduled");
  return scheduled?.status === "False" && scaleUpFor(pod, events)?.isComing === true;
}

function unschedulable(
  pod: Pod,
  message: string,
  events: readonly Event[],
  seconds = REASONS.unschedulable.weight,
): Finding {
  const scaleUp = scaleUpFor(pod, events);
  const said = scaleUp === undefined ? "" : `; ${scaleUp.message}`;
  const remedy = `tolerate.unschedulableSeconds (${seconds}) says how long a pod may wait for a node`;
  const tolerance = scaleUp?.isComing === true ? Math.max(seconds, NODE_SECONDS) : seconds;
  return podFinding(pod, "unschedulable", `${message}${said}; ${remedy}`, { tolerance });
}

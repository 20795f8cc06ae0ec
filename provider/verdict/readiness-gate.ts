import type { Finding } from "./finding.ts";
import { condition, nameOf, type Pod } from "./objects.ts";

/** Whether only the pod's readiness gates can hold it up: all of its containers are ready. */
export function isGated(pod: Pod): boolean {
  const { readinessGates = [] } = pod.spec ?? {};
  const conditions = pod.status?.conditions;
  return readinessGates.length > 0 && condition(conditions, "ContainersReady")?.status === "True";
}

/**
 * The readiness gates that a pod with ready containers still waits for, in the words of whoever decides on them.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate
 */
export function judgeGates(pod: Pod): Finding[] {
  if (!isGated(pod)) {
    return [];
  }
  const { readinessGates = [] } = pod.spec ?? {};
  const closed = readinessGates.flatMap(({ conditionType }) => wordsFor(pod, conditionType));
  const bornAt = pod.metadata?.creationTimestamp;
  return closed.slice(0, 1).map(() => ({
    reason: "not-ready",
    object: `pod ${nameOf(pod)}`,
    message: closed.join("; "),
    ...(bornAt !== undefined && { bornAt }),
  }));
}

function wordsFor({ status }: Pod, type: string): string[] {
  const found = condition(status?.conditions, type);
  if (found?.status === "True") {
    return [];
  }
  if (found === undefined) {
    return [`readiness gate ${type} has no condition; its controller has not set one`];
  }
  const said = [found.reason, found.message].flatMap((text) => text?.trim() || []);
  return [[`readiness gate ${type} is ${found.status}`, ...said].join(": ")];
}

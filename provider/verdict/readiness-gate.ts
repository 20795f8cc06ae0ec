import type { Finding } from "./finding.ts";
import { condition, isTrue, type Pod } from "./objects.ts";
import { podFinding } from "./pod-finding.ts";

/** Whether only the pod's readiness gates can delay it: all of its containers are ready. */
export function isGated(pod: Pod): boolean {
  const { readinessGates = [] } = pod.spec ?? {};
  return readinessGates.length > 0 && isTrue(pod, "ContainersReady");
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
  return closed.length === 0 ? [] : [podFinding(pod, "not-ready", closed.join("; "))];
}

function wordsFor(pod: Pod, type: string): string[] {
  const found = condition(pod, type);
  if (found?.status === "True") {
    return [];
  }
  if (found === undefined) {
    return [`readiness gate ${type} has no condition; its controller has not set one`];
  }
  const said = [found.reason, found.message].flatMap((text) => text?.trim() || []);
  return [[`readiness gate ${type} is ${found.status}`, ...said].join(": ")];
}

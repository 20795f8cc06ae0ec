import { groups } from "../groups.ts";
import type { Finding } from "./finding.ts";
import { condition, type Pod } from "./objects.ts";
import { isReady, stageOf } from "./pod.ts";
import type { Reason } from "./reasons.ts";

/** Reasons that only say that it takes too long. */
const LATE: ReadonlySet<Reason> = new Set(["progress-deadline", "not-ready", "timed-out"]);

/**
 * Where pods are on their way to ready, in one line: `1/2 ready, 1 pulling`.
 *
 * @param first what it says if no pod shows why there are fewer than desired
 */
export function stagesOf(pods: readonly Pod[], desired: number, first: string | undefined): string {
  const others = tally(pods.filter((pod) => !isReady(pod)).map(stageOf));
  const reason = first === undefined || others.length > 0 ? [] : [first];
  return [`${pods.filter(isReady).length}/${desired} ready`, ...others, ...reason].join(", ");
}

/** Since when the first of these pods is pulling, as far as it is known: ` since 12:30:05Z`, or nothing. */
export function pullingSince(pods: readonly Pod[]): string {
  const times = pods
    .filter((pod) => !isReady(pod) && stageOf(pod) === "pulling")
    .flatMap((pod) => {
      const sandbox = condition(pod, "PodReadyToStartContainers");
      const begun = sandbox ?? condition(pod, "PodScheduled");
      return begun?.lastTransitionTime ?? [];
    })
    .sort();
  return times[0] === undefined ? "" : ` (since ${times[0]})`;
}

/** Each stage once, with how many there are of it: `2 pulling`. */
export function tally(stages: readonly string[]): string[] {
  return groups(stages, (stage) => stage).map((same) => `${same.length} ${same[0]}`);
}

/**
 * A finding of the whole rollout at its deadline, with what its pods were at then.
 * @param stages as `stagesOf` has them
 */
export function withStages(finding: Finding, stages: string): Finding {
  const { reason, object, message } = finding;
  return !LATE.has(reason) || object.startsWith("pod ") || stages.endsWith(message)
    ? finding
    : { ...finding, message: `${message.replace(/\.$/, "")}; ${stages}` };
}

import type { Finding } from "./finding.ts";
import type { Pod } from "./objects.ts";
import { stageOf } from "./pod.ts";
import type { Reason } from "./reasons.ts";

/** Reasons that only say that it takes too long. */
const LATE: ReadonlySet<Reason> = new Set(["progress-deadline", "not-ready", "timed-out"]);

/**
 * Where pods are on their way to ready, in one line: `1/2 ready, 1 pulling`.
 *
 * @param first what is said where no pod tells of itself why there are less than desired
 */
export function stagesOf(pods: readonly Pod[], desired: number, first: string | undefined): string {
  const stages = new Map<string, number>();
  for (const stage of pods.map(stageOf)) {
    stages.set(stage, (stages.get(stage) ?? 0) + 1);
  }
  const ready = stages.get("ready") ?? 0;
  stages.delete("ready");
  const others = [...stages].map(([stage, count]) => `${count} ${stage}`);
  const reason = first === undefined || others.length > 0 ? [] : [first];
  return [`${ready}/${desired} ready`, ...others, ...reason].join(", ");
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

import { groups } from "../groups.ts";
import type { Pod } from "./objects.ts";
import { isReady, stageOf } from "./pod.ts";

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

/** Each stage once, with how many there are of it: `2 pulling`. */
export function tally(stages: readonly string[]): string[] {
  return groups(stages, (stage) => stage).map((same) => `${same.length} ${same[0]}`);
}

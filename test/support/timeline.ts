import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Verdict } from "../../provider/verdict/finding.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { Rollout } from "../../provider/verdict/rollout.ts";

/** What is observed, by seconds since the start of the wait; the last state stays. */
export type Timeline = readonly (readonly [number, Observed])[];

/** The verdict on a timeline, and when it comes: judges at each change and whenever it asks to be woken, as the wait does. */
export function play(
  timeline: Timeline,
  release: ReadinessInputs,
  timeoutSeconds = 0,
): { readonly seconds: number; readonly verdict: Exclude<Verdict, { kind: "progressing" }> } {
  const [first] = timeline;
  if (first === undefined) {
    throw new Error("a timeline has at least one state");
  }
  const rollout = new Rollout(release, 0, timeoutSeconds);
  let [startedAt, observed] = first;
  for (let now = startedAt * 1000; ;) {
    const verdict = rollout.judge(observed, now);
    if (verdict.kind !== "progressing") {
      return { seconds: now / 1000, verdict };
    }
    const [next] = timeline.filter(([seconds]) => seconds * 1000 > now);
    const wakeAt = Math.max(verdict.wakeAt, now + 1);
    now = next === undefined ? wakeAt : Math.min(next[0] * 1000, wakeAt);
    [startedAt, observed] = timeline.filter(([seconds]) => seconds * 1000 <= now).at(-1) ?? first;
  }
}

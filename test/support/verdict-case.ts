import fc from "fast-check";
import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import type { ObservedObject } from "../../provider/verdict/awaited-object.ts";
import { judgeObjectAtOnce, ObjectWait } from "../../provider/verdict/object-wait.ts";

/** What is observed, its verdict as `reason: message` or `ready: text`, and after how many seconds if nothing changes. */
export type VerdictCase = readonly [string, ObservedObject, RegExp, number];

/** The verdict on an object that stays as it is. */
export function verdictOf(awaited: ObjectReadinessInputs, observed: ObservedObject) {
  const wait = new ObjectWait(awaited, 0);
  for (let now = 0; ;) {
    const verdict = wait.judge(observed, now);
    if (verdict.kind !== "progressing") {
      const [code, words] =
        verdict.kind === "ready" ? ["ready", verdict.text] : [verdict.reason, verdict.message];
      return { seconds: now / 1000, said: `${code}: ${words}` };
    }
    now = Math.max(verdict.wakeAt, now + 1);
  }
}

/** Holds the rules to a case. */
export function expectVerdict(
  awaited: ObjectReadinessInputs,
  [, observed, said, seconds]: VerdictCase,
): void {
  const verdict = verdictOf(awaited, observed);
  expect(verdict.said).toMatch(said);
  expect(verdict.seconds).toBe(seconds);
}

/** What is not ready, with verdicts at any times before: it is ready at none. */
export function expectNeverReady(
  awaited: ObjectReadinessInputs,
  cases: readonly VerdictCase[],
): void {
  const unready = cases.filter(([, , said]) => !said.source.startsWith("^ready"));
  const times = fc.array(fc.nat(200_000), { maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...unready), times, ([, observed], moments) => {
      const wait = new ObjectWait(awaited, 0);
      const inOrder = moments.toSorted((one, other) => one - other);
      expect(inOrder.map((now) => wait.judge(observed, now).kind)).not.toContain("ready");
      expect(judgeObjectAtOnce(awaited, observed).kind).toBe("failed");
    }),
  );
}

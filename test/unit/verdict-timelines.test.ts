// Proves what time makes of the rules; that these are the states of a real rollout is proved by test/e2e.
import fc from "fast-check";
import type { Verdict } from "../../provider/verdict/finding";
import type { Observed } from "../../provider/verdict/objects";
import { Rollout } from "../../provider/verdict/rollout";
import {
  complete,
  deployment,
  endpointSlice,
  readyPod,
  release,
  unreadyPod,
} from "../support/release-objects";

const RELEASE = release({ deadlineSeconds: 60 });

/** What happens, by seconds since the start of the wait; the last state stays. */
type Timeline = readonly (readonly [number, Observed])[];

/** Judges at each event and whenever the verdict asked to be woken, as the wait does. */
function play(
  timeline: Timeline,
  inputs = RELEASE,
  timeoutSeconds = 0,
): { seconds: number; verdict: Verdict } {
  const rollout = new Rollout(inputs, 0, timeoutSeconds);
  const events = [...timeline];
  let observed = events[0]?.[1] ?? complete();
  for (let now = 0; ;) {
    const verdict = rollout.judge(observed, now);
    if (verdict.kind !== "progressing") {
      return { seconds: now / 1000, verdict };
    }
    const next = events.find(([seconds]) => seconds * 1000 > now);
    const wakeAt = Math.max(verdict.wakeAt, now + 1);
    now = next === undefined ? wakeAt : Math.min(next[0] * 1000, wakeAt);
    observed = events.filter(([seconds]) => seconds * 1000 <= now).at(-1)?.[1] ?? observed;
  }
}

const NOT_OBSERVED: Observed = {
  ...complete(),
  deployment: deployment("shop", {}, { observedGeneration: 1 }),
  pods: [],
};

function rolling(ready: number): Observed {
  const pods = ["shop-new-1", "shop-new-2"].map((name, index) =>
    index < ready
      ? readyPod(name, "shop-new-uid")
      : unreadyPod(name, "shop-new-uid", { state: { running: {} } }),
  );
  const counts = { readyReplicas: ready, availableReplicas: ready };
  return {
    ...complete(),
    deployment: deployment("shop", {}, counts),
    pods,
    endpointSlices: [endpointSlice("shop", pods.slice(0, ready))],
  };
}

function pastDeadline(observed: Observed, lastUpdateTime: string): Observed {
  const message = 'ReplicaSet "shop-new" has timed out progressing.';
  const condition = {
    type: "Progressing",
    status: "False",
    reason: "ProgressDeadlineExceeded",
    message,
    lastUpdateTime,
  };
  return {
    ...observed,
    deployment: deployment("shop", {}, { ...observed.deployment?.status, conditions: [condition] }),
  };
}

test("a rollout is ready at the moment when its last part is", () => {
  const routed = { ...complete(), endpointSlices: [] };
  expect(
    play([
      [0, NOT_OBSERVED],
      [1, rolling(0)],
      [3, rolling(1)],
      [4, routed],
      [4.5, complete()],
    ]),
  ).toMatchObject({
    seconds: 4.5,
    verdict: { kind: "ready" },
  });
});

test("the deployment controller's own deadline is a failure at once, in its words", () => {
  expect(
    play([
      [0, rolling(0)],
      [60, pastDeadline(rolling(0), "2026-01-01T00:01:00Z")],
    ]),
  ).toEqual({
    seconds: 60,
    verdict: {
      kind: "failed",
      reason: "progress-deadline",
      object: "deployment shop",
      message: 'ReplicaSet "shop-new" has timed out progressing.',
    },
  });
});

test("a deadline that had passed before the wait began does not fail a release that now gets ready", () => {
  const stale = pastDeadline(rolling(0), "2026-01-01T00:00:00Z");
  expect(
    play([
      [0, stale],
      [20, rolling(1)],
      [21, complete()],
    ]),
  ).toMatchObject({ seconds: 21, verdict: { kind: "ready" } });
});

test("a deadline that had passed before the wait began and passes again is a failure", () => {
  const stale = pastDeadline(rolling(0), "2026-01-01T00:00:00Z");
  const again = pastDeadline(rolling(1), "2026-01-01T00:01:20Z");
  expect(
    play([
      [0, stale],
      [20, rolling(1)],
      [80, again],
    ]),
  ).toMatchObject({
    seconds: 80,
    verdict: { kind: "failed", reason: "progress-deadline" },
  });
});

test("a wait that nothing is heard of ends after the deadline and a margin", () => {
  expect(play([[0, NOT_OBSERVED]])).toMatchObject({
    seconds: 75,
    verdict: { kind: "failed", reason: "not-observed" },
  });
});

test("an old failure that never changes ends the wait as well", () => {
  expect(play([[0, pastDeadline(rolling(0), "2026-01-01T00:00:00Z")]])).toMatchObject({
    seconds: 75,
    verdict: { kind: "failed", reason: "not-ready" },
  });
});

test("a slow rollout that makes steps may take longer than the deadline", () => {
  expect(
    play([
      [0, rolling(0)],
      [50, rolling(1)],
      [100, complete()],
    ]),
  ).toMatchObject({
    seconds: 100,
    verdict: { kind: "ready" },
  });
});

test("going back and forth is no step", () => {
  const flapping: Timeline = Array.from({ length: 40 }, (_, index) => [
    index * 5,
    rolling(index % 2),
  ]);
  expect(play(flapping)).toMatchObject({
    seconds: 80,
    verdict: { kind: "failed", reason: "not-ready" },
  });
});

test("a timeout of its own ends the wait in spite of steps", () => {
  expect(
    play(
      [
        [0, rolling(0)],
        [20, rolling(1)],
      ],
      RELEASE,
      30,
    ),
  ).toMatchObject({
    seconds: 30,
    verdict: { kind: "failed", reason: "not-ready" },
  });
});

test("an Ingress without address fails at the deadline, without the margin that is the controller's", () => {
  const inputs = release({ deadlineSeconds: 60, ingress: { name: "shop", awaitAddress: true } });
  const waiting: Observed = {
    ...complete(),
    ingress: { metadata: { name: "shop", uid: "i" }, spec: { ingressClassName: "nobody" } },
  };
  const { seconds, verdict } = play([[0, waiting]], inputs);
  expect(seconds).toBe(60);
  expect(verdict).toMatchObject({
    kind: "failed",
    reason: "ingress-no-address",
    object: "ingress shop",
  });
  expect(verdict).toMatchObject({ message: expect.stringContaining("nobody") as string });
});

const STATES = [
  NOT_OBSERVED,
  rolling(0),
  rolling(1),
  complete(),
  { ...complete(), endpointSlices: [] },
];
const timelines = fc
  .array(fc.tuple(fc.nat(50), fc.constantFrom(...STATES)), { minLength: 1 })
  .map((events) => events.sort(([one], [other]) => one - other));

test("no order of a healthy rollout's states makes it fail within its deadline", () => {
  fc.assert(
    fc.property(timelines, (events) => {
      const { verdict } = play([...events, [51, complete()]]);
      expect(verdict.kind).toBe("ready");
    }),
  );
});

test("every wait ends", () => {
  fc.assert(
    fc.property(timelines, (events) => {
      expect(play([[0, rolling(0)], ...events]).seconds).toBeLessThan(600);
    }),
  );
});

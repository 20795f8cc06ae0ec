// Proves the rules of releases by steps on objects made by hand; that Argo Rollouts shows such objects is proved by test/e2e/steps.
import { assess } from "../../provider/verdict/assessment.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { nameOf } from "../../provider/verdict/objects.ts";
import { newReplicaSet } from "../../provider/verdict/revision.ts";
import { judgeAtOnce } from "../../provider/verdict/rollout.ts";
import {
  analysisRun,
  argoRollout,
  GOOD_ANALYSIS as GOOD,
  metric,
  observedRollout,
  partlyMeasured,
  rolloutRelease,
} from "../support/rollout-objects.ts";

const RELEASE = rolloutRelease();
const DONE = "2026-01-01T00:05:00Z";
const MEASURED = [analysisRun(1, GOOD), analysisRun(3, GOOD)];
const ABORTED = {
  abort: true,
  abortedAt: DONE,
  stableRS: "old",
  phase: "Degraded",
  updatedReplicas: 1,
};
const findingsOf = (observed: Observed) => assess(RELEASE, observed).findings;

test("a Rollout whose steps were measured is ready, with its pods for a proof", () => {
  const observed = observedRollout(argoRollout(), MEASURED);
  expect(nameOf(newReplicaSet(observed) ?? {})).toBe("shop-new");
  expect(judgeAtOnce(RELEASE, observed)).toMatchObject({
    kind: "ready",
    replicaSet: "shop-new",
    pods: [{ name: "shop-new-1" }, { name: "shop-new-2" }],
  });
});

test("a status of an earlier generation says nothing", () => {
  const observed = observedRollout(argoRollout({ observedGeneration: "1" }), MEASURED);
  expect(newReplicaSet(observed)).toBeUndefined();
  expect(judgeAtOnce(RELEASE, observed)).toMatchObject({
    reason: "not-observed",
    message:
      "generation 2 is not observed yet, the controller is at 1; does the controller of Argo Rollouts run?",
  });
});

test("pods at a step are on their way, with what is measured so far", () => {
  const running = { phase: "Running", metricResults: [metric("errors", "Running", 0.2, 0.4)] };
  const rollout = argoRollout({ stableRS: "old", currentStepIndex: 1, updatedReplicas: 1 });
  expect(findingsOf(observedRollout(rollout, [analysisRun(1, running)], { pods: 1 }))[0]).toEqual({
    reason: "not-ready",
    object: "rollout shop",
    message: "at 10 %: errors 0.4 (2); 1 of 2 pods are of the new release",
  });
});

test("each measurement is progress, so that a long step is no rollout that stands still", () => {
  const rollout = argoRollout({ stableRS: "old", currentStepIndex: 1, updatedReplicas: 1 });
  const progress = [[0.2], [0.2, 0.4]].map(
    (values) =>
      assess(
        RELEASE,
        observedRollout(rollout, [
          analysisRun(1, {
            phase: "Running",
            metricResults: [metric("errors", "Running", ...values)],
          }),
        ]),
      ).progress,
  );
  expect((progress[1] ?? 0) - (progress[0] ?? 0)).toBe(1);
});

test("a run that begins is progress: a first release may have waited for Prometheus until then", () => {
  const progressOf = (runs: Parameters<typeof observedRollout>[1]) =>
    assess(RELEASE, observedRollout(argoRollout(), runs, { first: true })).progress;
  expect(progressOf([analysisRun(undefined, { phase: "Running" })]) - progressOf([])).toBe(1);
});

test("a Prometheus that does not answer has its five chances, and the rollout does not stand still meanwhile", () => {
  const rollout = argoRollout({ stableRS: "old", currentStepIndex: 1, updatedReplicas: 1 });
  const progressAt = (error: number) => {
    const silent = { name: "errors", phase: "Running", error };
    const run = analysisRun(1, { phase: "Running", metricResults: [silent] });
    return assess(RELEASE, observedRollout(rollout, [run])).progress;
  };
  expect(progressAt(4) - progressAt(3)).toBe(1);
});

describe("a release that was taken back", () => {
  test("names the query, the measurements, the step, and since when traffic is back", () => {
    const failed = {
      phase: "Failed",
      completedAt: DONE,
      metricResults: [metric("errors", "Failed", 0.5, 4.8)],
    };
    expect(
      findingsOf(observedRollout(argoRollout(ABORTED), [analysisRun(1, failed)])),
    ).toContainEqual({
      reason: "canary-failed",
      object: "rollout shop",
      message: `at 10 %: errors 4.8 of the new pods is too high (shop-new-2-1); traffic is back on the release before since ${DONE}`,
      notes: ["errors: Failed, 0.5 at 12:00:10, 4.8 at 12:00:11"],
    });
  });

  test("had no traffic where a step saw fewer requests than were asked for", () => {
    const idle = {
      phase: "Failed",
      completedAt: DONE,
      metricResults: [metric("errors", "Successful", 0), metric("requests", "Failed", 3)],
    };
    const [found] = findingsOf(observedRollout(argoRollout(ABORTED), [analysisRun(1, idle)]));
    expect(found).toMatchObject({ reason: "no-traffic" });
    expect(found?.message).toMatch(/^at 10 %: the new pods had 3 requests/);
  });

  test("was not measured where Prometheus did not answer", () => {
    const error = {
      phase: "Error",
      completedAt: DONE,
      metricResults: [
        { name: "errors", phase: "Error", message: "dial tcp: connection refused", count: 1 },
      ],
    };
    const [found] = findingsOf(observedRollout(argoRollout(ABORTED), [analysisRun(1, error)]));
    expect(found).toMatchObject({ reason: "not-measured" });
    expect(found?.message).toContain("errors could not be measured: dial tcp: connection refused");
  });

  test("was not measured where a metric has no value, as of a histogram that does not exist", () => {
    const blind = {
      phase: "Failed",
      completedAt: DONE,
      metricResults: [
        {
          name: "p99",
          phase: "Failed",
          count: 1,
          measurements: [{ phase: "Failed", value: "[]" }],
        },
      ],
    };
    const [found] = findingsOf(observedRollout(argoRollout(ABORTED), [analysisRun(1, blind)]));
    expect(found).toMatchObject({ reason: "not-measured" });
    expect(found?.message).toContain(
      "p99 could not be measured: its query has no value; objective.durations is to name the buckets of a histogram that the pods show",
    );
  });

  test("is too slow where its p99 is beyond the largest bucket", () => {
    const result = { ...metric("p99", "Failed"), measurements: [{ value: "[+Inf]" }] };
    const slow = { phase: "Failed", completedAt: DONE, metricResults: [result] };
    const [found] = findingsOf(observedRollout(argoRollout(ABORTED), [analysisRun(1, slow)]));
    expect(found).toMatchObject({ reason: "canary-failed" });
    expect(found?.message).toContain(
      "at 10 %: p99, beyond the largest bucket of the histogram, of the new pods is too high",
    );
  });

  test.each(["[]", "[NaN]"])("was not measured where the share of errors is %s", (value) => {
    const result = { ...metric("errors", "Failed"), measurements: [{ value }] };
    const blind = { phase: "Failed", completedAt: DONE, metricResults: [result] };
    const [found] = findingsOf(observedRollout(argoRollout(ABORTED), [analysisRun(1, blind)]));
    expect(found).toMatchObject({ reason: "not-measured" });
    expect(found?.message).toContain(
      value === "[]"
        ? "its query has no value; no request has the label by which objective.errors knows those that failed"
        : "its query's value is no number",
    );
  });

  test("was not measured where somebody has aborted it", () => {
    const [found] = findingsOf(observedRollout(argoRollout(ABORTED), []));
    expect(found).toMatchObject({ reason: "not-measured" });
    expect(found?.message).toContain("somebody has aborted it");
  });
});

describe("what Argo Rollouts takes for a success, and is none", () => {
  const whole = (run: object) =>
    observedRollout(argoRollout(), [analysisRun(1, run), analysisRun(3, GOOD)]);

  test.each([
    [
      "a run that ended before its first measurement",
      { phase: "Successful", completedAt: DONE, metricResults: [] },
    ],
    [
      "a metric without a measurement",
      {
        phase: "Successful",
        completedAt: DONE,
        metricResults: [metric("errors", "Successful", 0), metric("requests", "Successful")],
      },
    ],
  ])("%s", (_, run) => {
    expect(judgeAtOnce(RELEASE, whole(run))).toMatchObject({
      kind: "failed",
      reason: "not-measured",
    });
  });

  test("an inconclusive run, which would wait for a person", () => {
    const paused = argoRollout({
      stableRS: "old",
      currentStepIndex: 1,
      updatedReplicas: 1,
      phase: "Paused",
      pauseConditions: [{ reason: "InconclusiveAnalysisRun" }],
    });
    const run = {
      phase: "Inconclusive",
      completedAt: DONE,
      metricResults: [metric("errors", "Inconclusive", NaN)],
    };
    expect(findingsOf(observedRollout(paused, [analysisRun(1, run)]))[0]).toMatchObject({
      reason: "not-measured",
    });
  });
});

describe("steps that somebody ends before their time", () => {
  test.each(["Background", "First"])(
    "are no proof where that is the end of what was measured as %s, whose last metric was never begun with",
    (type) => {
      const runs = [...MEASURED, partlyMeasured(type)];
      const observed = observedRollout(argoRollout(), runs);
      const found = judgeAtOnce(RELEASE, observed);
      expect(found).toMatchObject({ kind: "failed", reason: "not-measured" });
      expect(found).toMatchObject({
        message: expect.stringContaining("requests was not measured before the end") as string,
      });
    },
  );
});

describe("pods that are released again", () => {
  const bad = {
    phase: "Failed",
    completedAt: DONE,
    metricResults: [metric("errors", "Failed", 9)],
  };

  test("with other limits are judged by what is measured now: an earlier failure was of an earlier revision", () => {
    const again = [1, 3].map((step) => analysisRun(step, GOOD, { revision: "2" }));
    const runs = [analysisRun(3, bad, { revision: "1" }), ...again];
    expect(judgeAtOnce(RELEASE, observedRollout(argoRollout(), runs))).toMatchObject({
      kind: "ready",
    });
  });

  test("by kubectl argo rollouts retry are judged by the last measurement of each step", () => {
    const runs = [...MEASURED, analysisRun(1, bad, { createdAt: "2025-12-31T00:00:00Z" })];
    expect(judgeAtOnce(RELEASE, observedRollout(argoRollout(), runs))).toMatchObject({
      kind: "ready",
    });
  });
});

test("what was measured of another revision says nothing of this one", () => {
  const failed = {
    phase: "Failed",
    completedAt: DONE,
    metricResults: [metric("errors", "Failed", 9)],
  };
  const observed = observedRollout(argoRollout(), [
    analysisRun(1, failed, { hash: "old" }),
    ...MEASURED,
  ]);
  expect(judgeAtOnce(RELEASE, observed)).toMatchObject({ kind: "ready" });
});

test("a paused Rollout and one that the controller takes for invalid say so", () => {
  const paused = argoRollout({ stableRS: "old", updatedReplicas: 1 }, { paused: true });
  expect(findingsOf(observedRollout(paused))[0]).toMatchObject({ reason: "paused" });
  const conditions = [{ type: "InvalidSpec", status: "True" as const, message: "no such service" }];
  expect(findingsOf(observedRollout(argoRollout({ conditions })))).toContainEqual(
    expect.objectContaining({ reason: "stalled", message: "no such service" }),
  );
});

test("a Service that still leads to the pods before a switch is on its way, and no Service of others", () => {
  const observed = observedRollout(argoRollout({}, { strategy: { blueGreen: {} } }), MEASURED);
  const selector = { "rollouts-pod-template-hash": "old" };
  const service = { metadata: { name: "shop", uid: "shop-svc" }, spec: { selector } };
  const [found] = findingsOf({ ...observed, service, endpointSlices: [] });
  expect(found).toMatchObject({ reason: "no-endpoints" });
  expect(found?.tolerance).toBeUndefined();
});

test("pods that a switch has left hold nothing up, and those of a canary do", () => {
  const status = { replicas: 4 };
  const blueGreen = argoRollout(status, { strategy: { blueGreen: {} } });
  expect(judgeAtOnce(RELEASE, observedRollout(blueGreen, []))).toMatchObject({ kind: "ready" });
  expect(judgeAtOnce(RELEASE, observedRollout(argoRollout(status), MEASURED))).toMatchObject({
    reason: "old-pods",
  });
});

test("a first release that is not good fails, with nothing to go back to", () => {
  const failed = {
    phase: "Failed",
    completedAt: DONE,
    metricResults: [metric("errors", "Failed", 9)],
  };
  const run = analysisRun(undefined, failed);
  expect(
    judgeAtOnce(RELEASE, observedRollout(argoRollout(), [run], { first: true })),
  ).toMatchObject({
    kind: "failed",
    reason: "canary-failed",
  });
});

test("a Rollout that its controller writes anew is the same release", () => {
  const rollout = argoRollout({ observedGeneration: "3" });
  const anew = { ...rollout, metadata: { ...rollout.metadata, generation: 3 } };
  expect(judgeAtOnce(RELEASE, observedRollout(anew, MEASURED))).toMatchObject({ kind: "ready" });
});

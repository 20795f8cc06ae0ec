// Proves how often the run that proves a schedule is retried, and what is left of a run that is complete; that a cluster runs it so is
// proved by test/e2e/kinds.
import type { Job, Pod } from "../../provider/verdict/objects.ts";
import { isOver, sidecarCrash } from "../../provider/scheduled/judge.ts";
import { cutRetries, proofRetries } from "../../provider/scheduled/proof-job.ts";
import { release } from "../support/release-objects.ts";

const cronJob = (spec: object) =>
  ({ spec: { schedule: "@daily", jobTemplate: { spec } } }) as unknown as Parameters<
    typeof cutRetries
  >[1];
const jobOf = (spec: object) => ({ spec }) as Job;

test.each<[string, object, number | undefined, object]>([
  ["is retried twice", {}, undefined, { backoffLimit: 2 }],
  ["is retried as often as settings say", { backoffLimit: 4 }, 3, { backoffLimit: 3 }],
  ["is never retried if no crash is tolerated", {}, 0, { backoffLimit: 0 }],
  ["is retried no more than any run", { backoffLimit: 1 }, 9, {}],
  ["of several pods keeps its tries, which are theirs", { completions: 5 }, undefined, {}],
  ["of pods side by side keeps its tries", { parallelism: 2 }, undefined, {}],
  ["that counts by index keeps its tries", { backoffLimitPerIndex: 1 }, undefined, {}],
])("a proof %s", (_what, spec, retries, expected) => {
  expect(proofRetries(spec, retries)).toEqual(expected);
});

test("a proof that was retried less than a run by its times is known", () => {
  expect(cutRetries(jobOf({ backoffLimit: 2 }), cronJob({}))).toBe(6);
  expect(cutRetries(jobOf({ backoffLimit: 2 }), cronJob({ backoffLimit: 2 }))).toBeUndefined();
  expect(cutRetries(jobOf({}), cronJob({}))).toBeUndefined();
});

test.each([
  ["Failed", true],
  ["FailureTarget", true],
  ["Complete", true],
  ["Suspended", false],
])("a Job with the condition %s is left to itself: %s", (type, expected) => {
  expect(isOver({ status: { conditions: [{ type, status: "True" }] } })).toBe(expected);
});

const ended = (exitCode: number, second: number, restartCount = 0) => ({
  restartCount,
  state: {
    terminated: {
      ...{ exitCode, reason: exitCode === 0 ? "Completed" : "Error" },
      finishedAt: `2026-01-01T00:00:${String(second).padStart(2, "0")}Z`,
    },
  },
});
const complete = (sidecar: object) =>
  [
    {
      metadata: { name: "nightly-1" },
      spec: { initContainers: [{ name: "proxy", restartPolicy: "Always" }] },
      status: {
        phase: "Succeeded",
        initContainerStatuses: [{ name: "proxy", ...sidecar }],
        containerStatuses: [{ name: "nightly", ...ended(0, 30) }],
      },
    },
  ] as unknown as Pod[];

describe("the sidecar of a run that is complete", () => {
  test.each<[string, object]>([
    ["is told to end after it", ended(143, 31)],
    ["is killed after it", ended(137, 40)],
    ["ends in the same second", ended(1, 30)],
    ["has done what it had to before it", ended(0, 5)],
    ["crashed once and came back", ended(143, 31, 1)],
  ])("is no failure if it %s", (_what, sidecar) => {
    expect(sidecarCrash(complete(sidecar), release())).toBeUndefined();
  });

  test("fails the run if it was down when that ended", () => {
    expect(sidecarCrash(complete(ended(1, 5)), release())).toEqual({
      kind: "failed",
      reason: "crash-loop",
      object: "pod nightly-1",
      container: "proxy",
      message:
        "ended once (tolerate.restarts: 0), last with exit code 1 (Error), and was down when the run ended",
    });
  });

  test("fails the run if it crashed again and again", () => {
    expect(sidecarCrash(complete(ended(143, 31, 2)), release())?.message).toBe(
      "ended 2 times (tolerate.restarts: 1), last with exit code 143 (Error), beside the run",
    );
  });

  test("crashes as often as settings tolerate", () => {
    const tolerant = release({ tolerate: { restarts: 2 } });
    expect(sidecarCrash(complete(ended(1, 5, 1)), tolerant)).toBeUndefined();
    expect(sidecarCrash(complete(ended(1, 5, 2)), tolerant)?.reason).toBe("crash-loop");
  });
});

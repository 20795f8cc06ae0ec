// Proves the words; that they end a run, with its outputs kept, is for the end-to-end story of many services.
import { failureOf, queueNotice } from "../../components/require-ready.ts";

const READY = { verdict: "ready", reason: null } as const;
const FAILED = { verdict: "failed", reason: "crash-loop" } as const;

test("names each release that failed, with its reason", () => {
  expect(failureOf({ shop: FAILED, echo: READY, mail: { ...FAILED, reason: "not-ready" } })).toBe(
    "2 of 3 releases failed: shop (crash-loop), mail (not-ready); see the Readiness of each for the evidence",
  );
  expect(failureOf({ shop: FAILED })).toMatch(/^1 of 1 release failed: shop \(crash-loop\)/);
});

test("has nothing to say where all are ready", () => {
  expect(failureOf({ shop: READY, echo: READY })).toBeUndefined();
  expect(failureOf({})).toBeUndefined();
});

test("a release that the run was told to leave out is not judged", () => {
  expect(failureOf({ shop: READY, echo: undefined })).toBeUndefined();
  expect(failureOf({ shop: FAILED, echo: undefined })).toMatch(/^1 of 1 release failed/);
});

describe("more releases than the engine awaits at a time", () => {
  test("are told of, with a number that is enough", () => {
    expect(queueNotice(50, 8)).toBe(
      "50 releases share the 8 operations that the engine runs at a time, so some queue until others have their verdicts; set PULUMI_PARALLEL=64 to run them all in parallel",
    );
    expect(queueNotice(64, 8)).toContain("PULUMI_PARALLEL=128");
  });

  test("are no matter where each has its operation, or where the engine says nothing", () => {
    expect(queueNotice(8, 8)).toBeUndefined();
    expect(queueNotice(50, Number.NaN)).toBeUndefined();
  });
});

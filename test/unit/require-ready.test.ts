// Proves the words; that they end a run, with its outputs kept, is for the end-to-end story of many services.
import * as pulumi from "@pulumi/pulumi";

import { judged } from "../../components/hand-off/judged.ts";
import { known, valueOf } from "../../components/known.ts";
import { failureOf, queueNotice, requireReady } from "../../components/require-ready.ts";
import { deploy } from "../support/engine.ts";

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

test.each<[string, object | undefined, object | undefined]>([
  ["is judged by this run where nobody merges anything", undefined, FAILED],
  ["is judged by this run once it is merged", { pullRequest: undefined }, FAILED],
  [
    "that a person has to merge first is judged by none",
    { pullRequest: { branch: "x" } },
    undefined,
  ],
])("a release %s", async (_case, handOff, expected) => {
  const made = handOff && { pullRequest: pulumi.output(Object.values(handOff)[0] as never) };
  const record = judged(pulumi.output(FAILED), made);
  expect(await valueOf(record)).toEqual(expected);
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

describe("a release that --target left out before it was ever created has no value, and", () => {
  const { unknown } = pulumi as unknown as { readonly unknown: string };
  const run = (program: () => void, preview = false) =>
    deploy(
      () => {
        program();
      },
      { preview },
    );
  let said: jest.SpyInstance;
  beforeEach(() => {
    said = jest.spyOn(pulumi.log, "error").mockResolvedValue();
  });
  afterEach(() => {
    process.exitCode = 0;
    said.mockRestore();
  });

  test("the others are judged", async () => {
    await run(() => {
      requireReady({ echo: pulumi.output(unknown) as never, shop: pulumi.output(FAILED) });
    });
    await new Promise(setImmediate);
    expect(said.mock.calls).toEqual([
      [expect.stringMatching(/^1 of 1 release failed: shop \(crash-loop\)/)],
    ]);
    expect(process.exitCode).toBe(32);
  });

  test("a preview judges none, because it has yet to learn the rest", async () => {
    await run(() => {
      requireReady({ echo: pulumi.output(unknown) as never, shop: pulumi.output(FAILED) });
    }, true);
    await new Promise(setImmediate);
    expect(said).not.toHaveBeenCalled();
  });

  test("it is no output of the stack, where one that has a value or an error is", async () => {
    await run(() => undefined);
    expect(await known(pulumi.output(unknown))).toBeUndefined();
    const value = pulumi.output("value");
    expect(await known(value)).toBe(value);
    const failing = { isKnown: Promise.reject(new Error("gone")) } as never;
    expect(await known(failing)).toBe(failing);
  });
});

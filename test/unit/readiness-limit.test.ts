// Proves how long a wait may take by a clock of the test's own; that the wait keeps to it is proved by provider-cluster.test.ts.
import { limitSeconds } from "../../provider/readiness/limit.ts";
import { Limit } from "../../provider/waiting/limit.ts";
import { release } from "../support/release-objects.ts";

const BARE = release();
delete (BARE as { settleSeconds?: number }).settleSeconds;

test.each([
  ["ten minutes", release(), 0, 600],
  [
    "five times the progress deadline where that is more",
    release({ deadlineSeconds: 300 }),
    0,
    1500,
  ],
  ["five times as long with the time in which pods settle", release({ settleSeconds: 30 }), 0, 750],
  ["the same where that time is the default", BARE, 0, 650],
  ["what the service says", release({ timeoutSeconds: 90 }), 0, 90],
  ["what the resource's customTimeouts say", release(), 1200, 1200],
  ["the shorter one of both", release({ timeoutSeconds: 90 }), 60, 60],
])("a wait may take %s", (_case, inputs, customSeconds, seconds) => {
  expect(limitSeconds(inputs, customSeconds)).toBe(seconds);
});

describe("a limit", () => {
  const interruption = new AbortController();
  let limit: Limit;
  beforeEach(() => {
    jest.useFakeTimers();
    limit = new Limit(performance.now() + 600_000, interruption.signal);
  });
  afterEach(() => {
    limit.close();
    jest.useRealTimers();
  });

  test("ends what never comes, and not before its time", async () => {
    let come: unknown = "nothing yet";
    const never = limit.within(new Promise(() => undefined)).then((found) => (come = found));
    await jest.advanceTimersByTimeAsync(599_000);
    expect([come, limit.signal.aborted]).toEqual(["nothing yet", false]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(await never).toBeUndefined();
    expect(limit.signal.aborted).toBe(true);
  });

  test("gives what comes in time, and its failure", async () => {
    expect(await limit.within(Promise.resolve("here"))).toBe("here");
    await expect(limit.within(Promise.reject(new Error("no context")))).rejects.toThrow(
      "no context",
    );
  });

  test("is over with an interruption", async () => {
    const never = limit.within(new Promise(() => undefined));
    interruption.abort();
    expect(await never).toBeUndefined();
  });
});

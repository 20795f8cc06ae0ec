// Leases in memory and a clock by hand: that a real run of the engine ends with its Lease is proved by test/e2e/trials.test.ts.
import { jest } from "@jest/globals";

import { claim } from "../../cli/trial/claim.ts";
import { endTrial } from "../../cli/trial/end.ts";
import { type Hold, held } from "../../cli/trial/held.ts";
import type { Lease } from "../../cli/trial/lease.ts";
import type { Pool } from "../../cli/trial/pool.ts";
import { runOf } from "../../cli/trial/run.ts";
import { slotsOf, standingOf } from "../../cli/trial/slot.ts";
import type { TrialStacks } from "../../cli/trial/stacks.ts";
import { LeaseCluster } from "../support/lease-cluster.ts";
import { poolOf } from "../support/lease-pool.ts";

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "performance"] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** A pool in which pull request 7 has a namespace. */
async function tried() {
  const cluster = new LeaseCluster();
  const pool = poolOf(cluster);
  return { cluster, pool, ...(await claim(pool, 7)) };
}

const leaseOf = (pool: Pool, namespace: string) => pool.leases.find(namespace, "trial");

async function standing(pool: Pool, namespace: string) {
  const lease = await leaseOf(pool, namespace);
  const { book } = await slotsOf(pool);
  return lease && standingOf(lease, book.get(7), pool.now());
}

/** What is done while a trial is held: it goes on until it is told to end, or its Lease is lost. */
function work() {
  let finish: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (finish = resolve));
  let began: (hold: Hold) => void = () => undefined;
  const hold = new Promise<Hold>((resolve) => (began = resolve));
  return {
    hold,
    finish,
    does: async (own: Hold) => {
      began(own);
      await Promise.race([
        until,
        new Promise((resolve) => {
          own.signal.addEventListener("abort", resolve);
        }),
      ]);
    },
  };
}

/** Stacks that note whose state they forget. */
function forgetting() {
  const removed: number[] = [];
  const remove = (number: number) => Promise.resolve(void removed.push(number));
  return { removed, stacks: { remove } as unknown as TrialStacks };
}

test("a trial is busy from the moment on that it has a namespace, so that no sweep takes it for lost before it is in the book", async () => {
  const { pool, namespace } = await tried();
  const entry = await pool.leases.find(pool.home, "trial-7");
  await pool.leases.release(entry as Lease);
  expect(await standing(pool, namespace)).toMatchObject({ is: "busy" });
});

test("a delivery is not ended by a change that means nothing: an answer that was lost, a label of somebody", async () => {
  const { cluster, pool, namespace, lease } = await tried();
  const { does, hold, finish } = work();
  const delivery = held(pool, lease, does);
  const { signal } = await hold;
  const own = (await leaseOf(pool, namespace)) as Lease;
  await pool.leases.change(own, { annotations: { ...own.metadata.annotations, a: "b" } });
  cluster.time += 20_000;
  await jest.advanceTimersByTimeAsync(20_000);
  await delay();
  expect(signal.aborted).toBe(false);
  finish();
  await delivery;
  const { metadata, spec } = (await leaseOf(pool, namespace)) as Lease;
  expect(metadata.annotations).toEqual({ a: "b" });
  expect(Date.parse(spec.renewTime)).toBe(cluster.time);
  expect(await standing(pool, namespace)).toEqual({ is: "kept" });
});

test("the end of a trial counts from its last delivery, whatever somebody has made of it meanwhile", async () => {
  const { cluster, pool, namespace, lease } = await tried();
  const { does, hold, finish } = work();
  const delivery = held(pool, lease, does);
  await hold;
  const kept = cluster.leases.get(`${namespace}/trial`);
  Object.assign(kept?.spec ?? {}, { leaseDurationSeconds: undefined, renewTime: "never" });
  finish();
  await delivery;
  expect((await leaseOf(pool, namespace))?.spec).toMatchObject({
    leaseDurationSeconds: pool.trial.idleSeconds,
    renewTime: "2026-01-01T00:00:00.000000Z",
  });
});

test.each([
  ["taken away", (cluster: LeaseCluster, key: string) => void cluster.leases.delete(key)],
  [
    "made somebody else's",
    (cluster: LeaseCluster, key: string) => {
      const kept = cluster.leases.get(key);
      Object.assign(kept?.metadata ?? {}, { resourceVersion: "x", annotations: {} });
    },
  ],
])("a delivery ends when its Lease is %s", async (_, lose) => {
  const { cluster, pool, namespace, lease } = await tried();
  const { does, hold } = work();
  const delivery = held(pool, lease, does);
  const ended = expect(delivery).rejects.toThrow(
    `the Lease ${namespace}/trial was changed or taken away meanwhile`,
  );
  await hold;
  lose(cluster, `${namespace}/trial`);
  await jest.advanceTimersByTimeAsync(20_000);
  await delay();
  await ended;
});

test("where a namespace cannot be made ready, what is there is to be ended, and is not delivered into as it is", async () => {
  const { pool, namespace, lease } = await tried();
  const delivery = held(pool, lease, ({ orEnding }) =>
    orEnding(() => Promise.reject(new Error("stuck"))),
  );
  await expect(delivery).rejects.toThrow("stuck");
  expect(await standing(pool, namespace)).toEqual({
    is: "ending",
    since: "2026-01-01T00:00:00.000Z",
  });
});

test("of two that end a trial at once one does, and the other touches nothing", async () => {
  const { pool, namespace, lease } = await tried();
  const { removed, stacks } = forgetting();
  const ending = { namespace, lease, seconds: 1 };
  const ends = await Promise.allSettled([1, 2].map(() => endTrial(pool, stacks, ending)));
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(removed).toEqual([7]);
  expect(await leaseOf(pool, namespace)).toBeUndefined();
});

test("an end that somebody goes on with is nobody else's, and one that was interrupted is", async () => {
  const { pool, namespace, lease } = await tried();
  const { does, hold, finish } = work();
  const ending = held(pool, lease, does, { "slipway/ending": "2026-01-01T00:00:00.000Z" });
  await hold;
  const by = runOf((await leaseOf(pool, namespace)) as Lease, pool.now())?.by;
  expect(await standing(pool, namespace)).toMatchObject({ is: "ending", by });
  finish();
  await ending;
  expect(await standing(pool, namespace)).toEqual({
    is: "ending",
    since: "2026-01-01T00:00:00.000Z",
  });
});

/** Until all requests that are under way have their answers. */
async function delay(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

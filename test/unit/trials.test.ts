// Leases in memory and folders in /tmp: what a real API server, engine and cluster make of trials is proved by test/e2e/trials.test.ts.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { claim } from "../../cli/trial/claim.ts";
import { mainsOwn, triedBuild, withContext } from "../../cli/trial/contexts.ts";
import { forgetPullRequest } from "../../cli/trial/down.ts";
import type { Pool } from "../../cli/trial/pool.ts";
import { trialMarkdown, type TrialReport, untriedMarkdown } from "../../cli/trial/report.ts";
import { RUN, withoutRun } from "../../cli/trial/run.ts";
import { ENDING, slotsOf, standingOf } from "../../cli/trial/slot.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { LeaseCluster } from "../support/lease-cluster.ts";
import { poolOf } from "../support/lease-pool.ts";

afterEach(removeFolders);

const HOUR = 3600;

/** Who has which namespace, and what the book says. */
async function held(pool: Pool) {
  const { slots, book } = await slotsOf(pool);
  return {
    slots: Object.fromEntries(
      slots.flatMap(({ namespace, lease }) =>
        lease ? [[namespace, lease.spec.holderIdentity]] : [],
      ),
    ),
    book: Object.fromEntries(
      [...book].map(([number, entry]) => [number, entry.spec.holderIdentity]),
    ),
  };
}

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

test("of several pull requests at once each gets a namespace of its own, whatever the order of the answers", async () => {
  for (const seed of SEEDS) {
    const pool = poolOf(new LeaseCluster(seed), 4);
    const claims = await Promise.all([7, 8, 9, 10].map((number) => claim(pool, number)));
    expect(new Set(claims.map(({ namespace }) => namespace)).size).toBe(4);
    const { slots, book } = await held(pool);
    expect(Object.keys(book)).toEqual(["7", "8", "9", "10"]);
    expect(Object.values(slots).sort()).toEqual(["10", "7", "8", "9"]);
  }
});

test("several runs of one pull request at once get the same namespace, and no other stays taken", async () => {
  for (const seed of SEEDS) {
    const pool = poolOf(new LeaseCluster(seed));
    const claims = await Promise.all([7, 7, 7].map((number) => claim(pool, number)));
    const names = [...new Set(claims.map(({ namespace }) => namespace))];
    expect([seed, names.length]).toEqual([seed, 1]);
    expect([seed, await held(pool)]).toEqual([
      seed,
      { slots: { [names[0] ?? ""]: "7" }, book: { 7: names[0] } },
    ]);
  }
});

test("a pull request that was killed between its Lease and the book finds what it took", async () => {
  const pool = poolOf(new LeaseCluster());
  const spec = {
    holderIdentity: "7",
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:00.000000Z",
  };
  await pool.leases.create("shop-trial-2", "trial", spec);
  expect(await claim(pool, 7)).toMatchObject({ namespace: "shop-trial-2", isNew: true });
  expect(await claim(pool, 7)).toMatchObject({ namespace: "shop-trial-2", isNew: false });
});

test("an entry whose namespace is somebody else's by now counts for nothing", async () => {
  const pool = poolOf(new LeaseCluster());
  const { lease } = await claim(pool, 7);
  await pool.leases.release(lease);
  expect(await claim(pool, 8)).toMatchObject({ namespace: "shop-trial-1" });
  expect(await claim(pool, 7)).toMatchObject({ namespace: "shop-trial-2", isNew: true });
});

test("a full pool says who has it and for how long, and which namespaces take nothing", async () => {
  const cluster = new LeaseCluster();
  const pool = poolOf(cluster);
  cluster.gone.set("shop-trial-2", "terminating").set("shop-trial-3", "missing");
  await claim(pool, 7);
  cluster.time += 2 * HOUR * 1000;
  await expect(claim(pool, 8)).rejects.toThrow(
    [
      "the pool of trial is full: 1 of 3 namespaces are taken, by 7 (for 2h, ends in 2d)",
      "shop-trial-2: is being deleted; see what holds up its end, and have an administrator run pulumi up --refresh after it",
      "shop-trial-3: does not exist; an administrator's pulumi up --refresh makes it again",
      "end a trial with npx slipway trial down <number> --stack trial, those that nobody needs with npx slipway trial sweep, or have an administrator raise slipway:trial.most and run pulumi up",
    ].join("\n  "),
  );
  expect((await held(pool)).book).toEqual({ 7: "shop-trial-1" });
});

test("a namespace that a lane may not look into any more holds up none of the others, and a trial there counts for nothing", async () => {
  const cluster = new LeaseCluster();
  const pool = poolOf(cluster);
  await claim(pool, 7);
  cluster.gone.set("shop-trial-1", "forbidden");
  expect(await claim(pool, 8)).toMatchObject({ namespace: "shop-trial-2" });
  expect(await claim(pool, 7)).toMatchObject({ namespace: "shop-trial-3", isNew: true });
  await expect(claim(pool, 9)).rejects.toThrow(
    "shop-trial-1: this identity may not look there: it was deleted, or is being deleted; an administrator's pulumi up --refresh makes it again",
  );
  const closed = (await slotsOf(pool)).slots.map((slot) => slot.closed);
  expect(closed).toEqual(["forbidden", undefined, undefined]);
});

test("a trial whose namespace is being deleted counts for nothing, although its Lease is still there", async () => {
  const cluster = new LeaseCluster();
  const pool = poolOf(cluster);
  await claim(pool, 7);
  cluster.gone.set("shop-trial-1", "terminating");
  expect((await held(pool)).slots).toEqual({});
  expect(await claim(pool, 7)).toMatchObject({ namespace: "shop-trial-2", isNew: true });
});

test("a pool whose book is gone says so, and keeps nothing that it took", async () => {
  const cluster = new LeaseCluster();
  const pool = poolOf(cluster);
  cluster.gone.set("shop-trial", "missing");
  await expect(claim(pool, 7)).rejects.toThrow(
    "namespace shop-trial does not exist, and it says who has which namespace of the pool",
  );
  expect((await held(pool)).slots).toEqual({});
});

test("what is left of a pull request is forgotten, but for one that is being tried again meanwhile", async () => {
  const pool = poolOf(new LeaseCluster());
  const removed: number[] = [];
  const stacks = {
    remove: (number: number) => {
      removed.push(number);
      return Promise.resolve();
    },
  };
  const { lease } = await claim(pool, 7);
  await claim(pool, 8);
  await forgetPullRequest(pool, stacks, 8);
  expect([removed, (await held(pool)).book]).toEqual([
    [],
    { 7: "shop-trial-1", 8: "shop-trial-2" },
  ]);
  await pool.leases.release(lease);
  await forgetPullRequest(pool, stacks, 7);
  expect([removed, (await held(pool)).book]).toEqual([[7], { 8: "shop-trial-2" }]);
});

describe("how it stands with a trial", () => {
  const after = (seconds: number) => Date.parse("2026-01-01T00:00:00.000Z") + seconds * 1000;
  const BY = "elsewhere (pid 12) since 2026-01-01T00:00:00.000Z";
  const run = (host: string, pid: number) => ({
    [RUN]: JSON.stringify({ host, pid, since: "2026-01-01T00:00:00.000Z" }),
  });
  const standing = async (annotations: Record<string, string>, seconds: number, inBook = true) => {
    const cluster = new LeaseCluster();
    const pool = poolOf(cluster);
    const { lease } = await claim(pool, 7);
    const own = withoutRun(lease);
    const changed = await pool.leases.change(lease, { annotations: { ...own, ...annotations } });
    const entry = (await slotsOf(pool)).book.get(7);
    return standingOf(changed ?? lease, inBook ? entry : undefined, after(seconds));
  };

  test.each([
    ["kept until it is idle", {}, 71 * HOUR, { is: "kept" }],
    ["idle from then on", {}, 72 * HOUR, { is: "idle" }],
    ["busy while its run renews it", run("elsewhere", 12), 179, { is: "busy", by: BY }],
    [
      "interrupted three minutes after the last news",
      run("elsewhere", 12),
      181,
      { is: "interrupted" },
    ],
    [
      "ending, whatever else",
      { ...run("elsewhere", 12), [ENDING]: "2026-01-01T00:00:00.000Z" },
      1,
      { is: "ending", since: "2026-01-01T00:00:00.000Z", by: BY },
    ],
    [
      "ending by nobody three minutes after the last news",
      { ...run("elsewhere", 12), [ENDING]: "2026-01-01T00:00:00.000Z" },
      181,
      { is: "ending", since: "2026-01-01T00:00:00.000Z" },
    ],
    ["kept, whatever nonsense stands there", { [RUN]: "{" }, 181, { is: "interrupted" }],
  ] as const)("%s", async (_, annotations, seconds, expected) => {
    expect(await standing({ ...annotations }, seconds)).toEqual(expected);
  });

  test("lost if the book does not have it", async () => {
    expect(await standing({}, 1, false)).toEqual({ is: "lost" });
  });
});

describe("what a pull request builds", () => {
  const main = () =>
    folderWith({
      "services/shop/Dockerfile": "FROM scratch\n",
      "recipes/Other": "FROM scratch\n",
      "services/cart/Dockerfile": "",
    });
  const checkout = () =>
    folderWith({
      "services/shop/Dockerfile": "FROM evil\n",
      "recipes/Other": "FROM evil\n",
      token: "s3cret",
    });

  test("its own context and Dockerfile, and nothing else that it says", () => {
    const [own, theirs] = [main(), checkout()];
    const build = triedBuild(withContext(theirs, { services: {} }), { variables: {}, folder: own });
    const args = { args: { A: "1" }, target: "run" };
    expect(build("shop", { context: "services/shop", ...args })).toEqual({
      context: join(theirs, "services/shop"),
      ...args,
    });
    expect(build("shop", { context: "services/shop", dockerfile: "recipes/Other" })).toEqual({
      context: join(theirs, "services/shop"),
      dockerfile: join(theirs, "recipes/Other"),
    });
    expect(build("worker", { of: "shop" })).toEqual({ of: "shop" });
  });

  test("of one service alone, the others have main's", () => {
    const [own, theirs] = [main(), checkout()];
    const contexts = withContext(`shop=${join(theirs, "services/shop")}`, { services: {} });
    const build = triedBuild(contexts, { variables: {}, folder: own });
    expect(build("shop", { context: "services/shop", dockerfile: "recipes/Other" })).toEqual({
      context: join(theirs, "services/shop"),
      dockerfile: join(own, "recipes/Other"),
    });
    expect(build("cart", { context: "services/cart" })).toEqual({ context: "services/cart" });
  });

  test("what is outside of the project's folder is main's, and is told; where that is all, nothing is tried", () => {
    const [own, theirs] = [main(), checkout()];
    const surroundings = { variables: {}, folder: own };
    const contexts = withContext(theirs, { services: {} });
    const elsewhere = { build: { context: "../elsewhere" } };
    const services = { shop: { build: { context: "services/shop" } }, elsewhere };
    expect(mainsOwn(contexts, services, surroundings)).toEqual([
      "services.elsewhere.build: what is built is main's, because its context is outside of the project's folder; --context elsewhere=FOLDER names the pull request's",
    ]);
    expect(() => mainsOwn(contexts, { elsewhere }, surroundings)).toThrow(
      /^--context: got .*, and the context of every service is outside of .*; allowed: service=folder for each service$/,
    );
    const given = withContext(`elsewhere=${theirs}`, contexts);
    expect(mainsOwn(given, { elsewhere }, surroundings)).toEqual([]);
    expect(mainsOwn({ services: {} }, { elsewhere }, surroundings)).toEqual([]);
  });

  test.each(["context", "Dockerfile", ".dockerignore"])(
    "a link of its %s that leads out of it is refused",
    (what) => {
      const [own, theirs] = [main(), folderWith({ "services/other/Dockerfile": "FROM scratch\n" })];
      const secret = folderWith({ Dockerfile: "s3cret" });
      if (what === "context") {
        symlinkSync(secret, join(theirs, "services/shop"));
      } else {
        mkdirSync(join(theirs, "services/shop"));
        writeFileSync(join(theirs, "services/shop/Dockerfile"), "FROM scratch\n");
        const link = join(theirs, "services/shop", what === "Dockerfile" ? "Linked" : what);
        symlinkSync(join(secret, "Dockerfile"), link);
      }
      const build = triedBuild(withContext(theirs, { services: {} }), {
        variables: {},
        folder: own,
      });
      const dockerfile = what === "Dockerfile" ? { dockerfile: "services/shop/Linked" } : {};
      expect(() => build("shop", { context: "services/shop", ...dockerfile })).toThrow(
        /^--context: shop: .* is a link that leads out of .*; allowed: files of the pull request; remove the link$/,
      );
    },
  );
});

test("the comment has the address and the verdict, and nothing in it is Markdown of others", () => {
  const trial: TrialReport = {
    version: 1,
    number: 123,
    stack: "trial-123",
    namespace: "shop-trial-1",
    verdict: "failed",
    failure: "failed: shop (crash-loop);\nsee [here](http://evil)",
    ends: "2026-01-04T00:00:00.000Z",
    addresses: { shop: "http://shop-123.trial.example.com/", odd: "http://x/<script>" },
    leftOut: ["services.shop.egress: a trial reaches its own namespace and DNS"],
    report: null,
  };
  expect(trialMarkdown(trial).split("\n")).toEqual([
    "## Trial of pull request 123: failed",
    "",
    "`failed: shop (crash-loop); see [here](http://evil)`",
    "",
    "- `shop`: <http://shop-123.trial.example.com/>",
    "- `odd`: `http://x/<script>`",
    "",
    "Namespace `shop-trial-1`, until 2026-01-04 00:00 UTC if nothing is delivered into it before.",
    "",
    "<details>",
    "<summary>What the trial does not have</summary>",
    "",
    "- `services.shop.egress: a trial reaches its own namespace and DNS`",
    "",
    "</details>",
    "",
  ]);
});

test("a pull request that was not tried has a comment, too, which says why in one line", () => {
  expect(untriedMarkdown(4, "the pool of trial is full:\n  by `1` | <b>")).toBe(
    "## Trial of pull request 4: failed\n\n`` the pool of trial is full: by `1` | <b> ``\n",
  );
});

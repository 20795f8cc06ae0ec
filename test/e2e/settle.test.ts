// Proves what becomes of pods that were ready and have not settled, with the default and on a real cluster; each rule for itself is
// a unit test's: verdict-settling.test.ts. That a kubelet evicts is proved by the catalogue.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, POD } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { servingPods } from "../support/rollback.ts";

/** Without a setting: the default is what this is about. */
const service = Object.fromEntries(
  Object.entries({ ...shop, replicas: 1 }).filter(([key]) => key !== "settleSeconds"),
);

/** A variable that ends the process so many seconds after it listens, which is when it is ready. */
const crashing = (seconds: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,setTimeout(()=>{console.error('the%20queue%20is%20gone');process.exit(7)},${seconds * 1000})`,
});

let project: Project;
beforeAll(async () => {
  project = await Project.create("settle");
});
afterAll(() => project.dispose());

const configure = (settings: object) =>
  project.settings({ services: { shop: { ...service, ...settings } } });

async function recordOf(): Promise<ReleaseRecord> {
  const { releases } = await project.outputs<{ releases: { shop: ReleaseRecord } }>();
  return releases.shop;
}

async function minReadySeconds(): Promise<number | undefined> {
  return (await cluster.get(DEPLOYMENT, project.namespace, "shop")).spec?.minReadySeconds;
}

test("a healthy release is ready when its pod has stayed ready for ten seconds, and says what it waits for", async () => {
  await configure({});
  const { output } = await succeed(project.up());
  expect(output).toContain("1/1 ready, 1 settling for 10 s");
  const { verdict, seconds, startedAt, pods } = await recordOf();
  expect(verdict).toBe("ready");
  // The cluster keeps whole seconds.
  const readyAt = Date.parse(pods[0]?.readyAt ?? "");
  expect(Date.parse(startedAt) + seconds * 1000 - readyAt).toBeGreaterThan(11_000);
  expect(await minReadySeconds()).toBe(10);
});

test("a service that is ready and crashes eight seconds later fails, and makes way for the release before", async () => {
  const before = await servingPods(project.namespace);
  await configure({ env: crashing(9) });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /warning: shop: crash-loop after \d+ s: ended once .*, last with exit code 7 \(Error\); it had been ready for [6-9] s, and settleSeconds asks for 10 s/,
  );
  expect(output).toMatch(/log of pod shop-[^]*the queue is gone/);
  expect(output).toMatch(/shop: rolled back to sha256:\w{12} .*, ready after \d+ s/);
  expect(await recordOf()).toMatchObject({
    verdict: "failed",
    reason: "crash-loop",
    running: { verdict: "ready" },
  });
  // The pod of the release before has served all the time.
  expect(await servingPods(project.namespace)).toEqual(before);
});

test("a change of the setting is made in place, without a restart and without a wait", async () => {
  const before = await servingPods(project.namespace);
  await configure({ settleSeconds: 5 });
  const { output } = await succeed(project.up());
  expect(output).not.toContain("settling");
  expect(await servingPods(project.namespace)).toEqual(before);
  expect(await minReadySeconds()).toBe(5);
});

test("a pod that somebody deletes while it settles is no failure: the next one settles in its place", async () => {
  await configure({ settleSeconds: 5, env: { CHANGED: "1" } });
  const up = project.killableUp();
  await up.seen(/1 settling for 5 s/);
  const all = await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop");
  const [newest] = all.toSorted(
    (one, other) =>
      Number(other.metadata?.creationTimestamp) - Number(one.metadata?.creationTimestamp),
  );
  const name = newest?.metadata?.name ?? "";
  await cluster.delete({ ...POD, metadata: { name, namespace: project.namespace } });
  const { exitCode } = await up.ended;
  expect(exitCode).toBe(0);
  const { verdict, pods } = await recordOf();
  expect(verdict).toBe("ready");
  expect(pods.map((pod) => pod.name)).not.toContain(name);
});

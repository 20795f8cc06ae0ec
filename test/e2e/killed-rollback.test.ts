// Proves a rollback that is cut off after its write; cut off before it, the failed release is judged once more.
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, POD } from "../../testbed/kinds.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { Project } from "../../testbed/project.ts";
import { killPods, servingPods, storedRelease } from "../support/rollback.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { identities, replicaSets } from "../support/workload-objects.ts";

const good = { ...shop, deadlineSeconds: 120, env: { FAULT_READY_AFTER_SECONDS: "20" } };

let project: Project;
let up: KillableUp | undefined;
let before: Readonly<Record<string, string>>;
beforeAll(async () => {
  project = await Project.create("killed-rollback");
  await project.settings({ services: { shop: good } });
  await succeed(project.up());
  before = await identities(project.namespace, "shop");
});
afterEach(() => {
  up?.dispose();
});
afterAll(async () => {
  await project.unlock();
  await project.dispose();
});

test.each([
  ["SIGTERM", "job", "1"],
  ["SIGINT", "group", "2"],
  ["SIGKILL", "group", "3"],
] as const)(
  "a rollback that ends by %s of the %s is gone on with by the next up, which refuses the same release",
  async (signal, target, digit) => {
    const image = `\${SLIPWAY_REGISTRY}/e2e/nowhere@sha256:${digit.repeat(64)}`;
    await project.settings({ services: { shop: { ...good, build: undefined, image } } });
    up = project.killableUp();
    await up.seen(/Readiness shop updating/);
    // The earlier release's pods must start anew, so that the rollback takes its time.
    await killPods(project.namespace);
    await up.seen(/rolls back: .*0\/2 ready/);
    const { exitCode } = await up.kill(signal, target);
    expect(exitCode).not.toBe(0);
    expect(await up.leftovers()).toEqual([]);
    await project.unlock();
    const restored = await cluster.get(DEPLOYMENT, project.namespace, "shop");
    const sets = await replicaSets(project.namespace, "shop");
    const pods = await podsOf();
    expect(await servingPods(project.namespace)).toEqual([]);

    const next = await project.up();
    expect(next.exitCode).not.toBe(0);
    expect(next.output).toMatch(/shop: rolled-back: sha256:.* failed with image-not-found, and /);
    expect(next.output).toMatch(/sha256:\w+ .*runs instead and is ready/);
    expect(next.output).not.toMatch(/Deployment shop (creat|updat)| replaced| deleted/);
    const { spec, metadata } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
    expect(spec?.template.spec?.containers[0]?.env).toEqual([
      { name: "FAULT_READY_AFTER_SECONDS", value: "20" },
    ]);
    expect(metadata?.generation).toBe(restored.metadata?.generation);
    expect(await replicaSets(project.namespace, "shop")).toEqual(sets);
    expect(pods).toHaveLength(2);
    expect(await podsOf()).toEqual(pods);
    expect(await servingPods(project.namespace)).toHaveLength(2);
    expect((await storedRelease(project)).release).toMatchObject({
      verdict: "failed",
      reason: "image-not-found",
      running: { verdict: "ready" },
    });
  },
);

test("the program as it was before is green again, and nothing was made twice", async () => {
  await project.settings({ services: { shop: good } });
  expect((await succeed(project.up())).output).not.toMatch(/ replaced| deleted/);
  expect(await identities(project.namespace, "shop")).toEqual(before);
  expect((await storedRelease(project)).release).toMatchObject({ verdict: "ready", running: null });
});

/** The restored release's pods, by identity. */
async function podsOf(): Promise<(string | undefined)[]> {
  const pods = await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop");
  return pods
    .filter(({ metadata, spec }) => {
      const isOfFailed = spec?.containers[0]?.image?.includes("/nowhere@") === true;
      return metadata?.deletionTimestamp === undefined && !isOfFailed;
    })
    .map(({ metadata }) => metadata?.uid)
    .sort();
}

// Proves that pods which somebody restarted stay through whatever comes next; which managers are in danger is a unit test's.
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { servingPods } from "../support/rollback.ts";

const RESTARTED = "kubectl.kubernetes.io/restartedAt";
const RELOADED = "reloader.stakater.com/last-reloaded-from";

let project: Project;
beforeAll(async () => {
  project = await Project.create("restart");
  await project.settings({ services: { shop } });
  await succeed(project.up());
});
afterAll(() => project.dispose());

const own = (...args: readonly string[]) => kubectl(["--namespace", project.namespace, ...args]);
const settled = () => own("rollout", "status", "deployment/shop", "--timeout=60s");
const annotations = async () =>
  (await cluster.get(DEPLOYMENT, project.namespace, "shop")).spec?.template.metadata?.annotations;

/** The pods after a restart. */
async function restart(): Promise<string[]> {
  await own("rollout", "restart", "deployment/shop");
  await settled();
  return servingPods(project.namespace);
}

test("a change of the replicas alone leaves restarted pods and their annotation alone", async () => {
  const pods = await restart();
  const restarted = await annotations();
  await project.settings({ services: { shop: { ...shop, replicas: 3 } } });
  const { output } = await succeed(project.slipway("preview", "--stack", "dev"));
  expect(output).toContain("no restart, 2 → 3");
  await succeed(project.up());
  expect(await servingPods(project.namespace)).toEqual(expect.arrayContaining(pods));
  expect(await annotations()).toEqual(restarted);
});

test("a commit alone does so after a second restart, and after a refresh", async () => {
  const pods = await restart();
  await succeed(project.pulumi("refresh", "--yes", "--skip-preview", "--stack=dev"));
  const { output } = await succeed(project.up());
  expect(output).not.toContain("resumes");
  expect(await servingPods(project.namespace)).toEqual(pods);
  await project.commit("nothing that the pods see");
  await succeed(project.up());
  expect(await servingPods(project.namespace)).toEqual(pods);
  expect(await annotations()).toHaveProperty([RESTARTED]);
});

test("what a hand and a controller have written stays through a change that does restart the pods", async () => {
  const written = { [RELOADED]: "{}" };
  const template = { spec: { template: { metadata: { annotations: written } } } };
  await cluster.patch(
    { ...DEPLOYMENT, metadata: { name: "shop", namespace: project.namespace }, ...template },
    "Reloader",
  );
  const hand = {
    spec: { template: { metadata: { annotations: { "example.com/by-hand": "1" } } } },
  };
  await own("patch", "deployment/shop", "--patch", JSON.stringify(hand));
  await settled();
  await project.settings({ services: { shop: { ...shop, env: { GREETING: "hello" } } } });
  await succeed(project.up());
  expect(await annotations()).toMatchObject({
    [RESTARTED]: expect.any(String) as string,
    [RELOADED]: "{}",
    "example.com/by-hand": "1",
  });
});

test("a rollback keeps the restarted pods, though the ReplicaSet that was proved is gone", async () => {
  await own("patch", "deployment/shop", "--patch", '{"spec":{"revisionHistoryLimit":0}}');
  const pods = await restart();
  await project.settings({ services: { shop: { ...shop, env: { FAULT_CRASH_AT_START: "3" } } } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/shop: rolled back to sha256:\w{12} .*, ready after \d+ s/);
  expect(await servingPods(project.namespace)).toEqual(pods);

  const again = await project.up();
  expect(again.exitCode).not.toBe(0);
  expect(again.output).toMatch(/shop: rolled-back: .* runs instead and is ready/);
  await project.settings({ services: { shop: { ...shop, env: { GREETING: "hello" } } } });
  await succeed(project.up());
  expect(await servingPods(project.namespace)).toEqual(pods);
});

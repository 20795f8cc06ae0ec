// Proves that a rollback is judged like a release; a Secret that somebody deleted stands for whatever was lost since.
import { cluster } from "../../testbed/cluster.ts";
import { SECRET } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { killPods, storedRelease } from "../support/rollback.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const quick = { ...shop, deadlineSeconds: 10 };
const good = { ...quick, env: { API_KEY: { secret: "payment", key: "api-key" } } };
const broken = { ...quick, env: { FAULT_CRASH_AT_START: "3" } };

let project: Project;
beforeAll(async () => {
  project = await Project.create("rollback-failed");
});
afterAll(() => project.dispose());

test("a rollback that fails is told with both reasons, and a fix is green", async () => {
  const secret = { ...SECRET, metadata: { name: "payment", namespace: project.namespace } };
  await project.settings({ services: { shop: quick } });
  await succeed(project.up());
  await cluster.create({ ...secret, stringData: { "api-key": "nobody's" } });
  await project.settings({ services: { shop: good } });
  await succeed(project.up());
  await cluster.delete(secret);
  await killPods(project.namespace);

  await project.settings({ services: { shop: broken } });
  const failed = await project.up();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/warning: shop: crash-loop after \d+ s/);
  expect(failed.output).toMatch(/shop: the rollback to sha256:.* failed, too/);
  expect(failed.output).toMatch(/^\s*shop: config-missing after \d+ s: .*payment/m);
  const { release, lastReady } = await storedRelease(project);
  expect(release).toMatchObject({
    reason: "crash-loop",
    running: { verdict: "failed", reason: "config-missing", manifestHash: lastReady?.manifestHash },
  });

  const again = await project.up();
  expect(again.exitCode).not.toBe(0);
  expect(again.output).toContain("runs instead but is config-missing");

  await project.settings({ services: { shop: quick } });
  await succeed(project.up());
  expect((await storedRelease(project)).release).toMatchObject({ verdict: "ready", running: null });
});

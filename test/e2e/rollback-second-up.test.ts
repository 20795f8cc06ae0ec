// Proves it for a lock in a folder; every backend of Pulumi's has one.
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import type { Run } from "../../testbed/run.ts";
import { killPods, storedRelease } from "../support/rollback.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const slow = { ...shop, deadlineSeconds: 60, env: { FAULT_READY_AFTER_SECONDS: "15" } };

let project: Project;
let loss: Promise<void> | undefined;
let second: Promise<Run> | undefined;
beforeAll(async () => {
  project = await Project.create("second-up", {
    hears: (text) => {
      // The earlier release's pods must start anew, so that the rollback takes its time.
      if (text.includes("Readiness shop updating")) {
        loss ??= killPods(project.namespace);
      }
      if (text.includes("rolls back:")) {
        second ??= project.up();
      }
    },
  });
});
afterAll(() => project.dispose());

test("an up that starts during a rollback is told to wait, and disturbs nothing", async () => {
  await project.settings({ services: { shop: slow } });
  await succeed(project.up());

  const broken = { ...slow, env: { FAULT_CRASH_AT_START: "3" } };
  await project.settings({ services: { shop: broken } });
  const first = await project.up();
  await loss;

  const refused = await second;
  expect(refused?.exitCode).not.toBe(0);
  expect(refused?.output).toMatch(/currently locked/);
  expect(refused?.output).toMatch(/wait for the other process\(es\) to end/);
  expect(first.exitCode).not.toBe(0);
  expect(first.output).toMatch(/shop: rolled back to sha256:.*, ready after \d+ s/);
  expect((await storedRelease(project)).release).toMatchObject({
    verdict: "failed",
    running: { verdict: "ready" },
  });
  const { spec } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  expect(spec?.template.spec?.containers[0]?.env).toEqual([
    { name: "FAULT_READY_AFTER_SECONDS", value: "15" },
  ]);
});

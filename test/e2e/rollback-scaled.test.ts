// Proves that a rollback leaves the number of pods alone; the platform measures no CPU, so the test scales by hand.
import { AppsV1Api } from "@kubernetes/client-node";

import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { servingPods } from "../support/rollback.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const scaled = {
  ...Object.fromEntries(Object.entries(shop).filter(([key]) => key !== "replicas")),
  autoscale: { min: 1, max: 4 },
};

let project: Project;
beforeAll(async () => {
  project = await Project.create("rollback-scaled");
});
afterAll(() => project.dispose());

/** As the HorizontalPodAutoscaler does: by the scale subresource. */
async function scale(replicas: number): Promise<void> {
  await kubeConfig()
    .makeApiClient(AppsV1Api)
    .patchNamespacedDeploymentScale({
      name: "shop",
      namespace: project.namespace,
      body: [{ op: "replace", path: "/spec/replicas", value: replicas }],
    });
}

test("what an autoscaler scaled to stays through a release, its failure, and the rollback", async () => {
  await project.settings({ services: { shop: scaled } });
  await succeed(project.up());
  await scale(3);

  await project.settings({
    services: { shop: { ...scaled, env: { FAULT_CRASH_AT_START: "3" } } },
  });
  const failed = await project.up();

  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/shop: rolled back to sha256:/);
  const { spec } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  expect(spec?.replicas).toBe(3);
  expect(await servingPods(project.namespace)).toHaveLength(3);
});

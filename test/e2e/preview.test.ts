// Proves what a preview shows and that it changes nothing; it cannot prove that a later up meets the same cluster.
import { cluster } from "../support/cluster";
import { DEPLOYMENT, NAMESPACE } from "../support/kinds";
import { Project } from "../support/project";
import { shop } from "../support/shop";

let project: Project;
beforeAll(async () => {
  project = await Project.create("preview");
  await project.settings({ services: { shop } });
});
afterAll(() => project.dispose());

test("a preview of the first up lists what will be made, and makes nothing", async () => {
  const { exitCode, output } = await project.pulumi("preview", "--stack=dev");
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  expect(output).toMatch(/docker:index:Image .*create/);
  expect(output).toMatch(/kubernetes:apps\/v1:Deployment .*create/);
  expect(output).toMatch(/slipway:index:Readiness .*create/);
  expect(await cluster.find(NAMESPACE, undefined, project.namespace)).toBeUndefined();
});

test("a preview of a change names what changes, and leaves the cluster alone", async () => {
  expect(await project.up()).toMatchObject({ exitCode: 0 });
  const before = await cluster.get(DEPLOYMENT, project.namespace, "shop");

  await project.settings({ services: { shop: { ...shop, replicas: 3 } } });
  const { exitCode, output } = await project.pulumi("preview", "--diff", "--stack=dev");
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  expect(output).toMatch(/replicas\s*: 2 => 3/);
  expect(output).not.toMatch(/docker:index:Image/);
  expect((await cluster.get(DEPLOYMENT, project.namespace, "shop")).metadata?.resourceVersion).toBe(
    before.metadata?.resourceVersion,
  );
});

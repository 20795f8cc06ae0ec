// Proves what a preview shows and that it changes nothing; it cannot prove that a later up meets the same cluster.
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, NAMESPACE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create("preview");
  await project.settings({ services: { shop } });
});
afterAll(() => project.dispose());

test("a preview of the first up lists what will be made, and makes nothing", async () => {
  const { output } = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(output).toMatch(/docker:index:Image .*create/);
  expect(output).toMatch(/kubernetes:apps\/v1:Deployment .*create/);
  expect(output).toMatch(/slipway:index:Readiness .*create/);
  expect(await cluster.find(NAMESPACE, undefined, project.namespace)).toBeUndefined();
});

test("a preview of a change names what changes, and leaves the cluster alone", async () => {
  await succeed(project.up());
  const before = await cluster.get(DEPLOYMENT, project.namespace, "shop");

  await project.settings({ services: { shop: { ...shop, replicas: 3 } } });
  const { output } = await succeed(project.pulumi("preview", "--diff", "--stack=dev"));
  expect(output).toMatch(/replicas\s*: 2 => 3/);
  expect(output).not.toMatch(/docker:index:Image/);
  expect((await cluster.get(DEPLOYMENT, project.namespace, "shop")).metadata?.resourceVersion).toBe(
    before.metadata?.resourceVersion,
  );
});

test("a preview of changed source says that the image and the pods will be new, before they are built", async () => {
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "99.0.0" }\n');
  const { output } = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(output).toMatch(/docker:index:Image .*update/);
  expect(output).toMatch(/kubernetes:apps\/v1:Deployment .*update/);
  expect(output).toMatch(/slipway:index:Readiness .*update/);
});

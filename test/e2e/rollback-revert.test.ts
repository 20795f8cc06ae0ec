// Proves that the way back costs nothing: what the earlier release needs is there, and its pods serve on.
import { cluster } from "../../testbed/cluster.ts";
import { CONFIG_MAP } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { servingPods, storedRelease } from "../support/rollback.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const good = { ...shop, files: { "/etc/shop/greeting": "hello" } };
const broken = {
  ...shop,
  deadlineSeconds: 5,
  files: { "/etc/shop/greeting": "good bye" },
  env: { FAULT_NEVER_READY: "true" },
};

let project: Project;
beforeAll(async () => {
  project = await Project.create("revert");
});
afterAll(() => project.dispose());

const files = async () =>
  (await cluster.list(CONFIG_MAP, project.namespace, "app.kubernetes.io/name=shop"))
    .flatMap(({ data }) => Object.values(data ?? {}))
    .sort();

test("the revert of a release that was rolled back is green and restarts no pod", async () => {
  await project.settings({ services: { shop: good } });
  await project.commit("good");
  await succeed(project.up());
  const pods = await servingPods(project.namespace);

  await project.settings({ services: { shop: broken } });
  await project.commit("broken");
  const failed = await project.up();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/shop: rolled back to sha256:/);
  expect(await files()).toEqual(["good bye", "hello"]);

  await project.settings({ services: { shop: good } });
  const commit = await project.commit("revert");
  const preview = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(preview.output).toMatch(/the program asks for sha256:\w+ \(commit/);
  await succeed(project.up());

  expect(await servingPods(project.namespace)).toEqual(pods);
  expect(await files()).toEqual(["hello"]);
  expect((await storedRelease(project)).release).toMatchObject({ verdict: "ready", commit });
});

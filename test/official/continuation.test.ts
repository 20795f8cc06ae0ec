// Proves that a stack goes on with the official provider that is built here, and back; not that it does with each version between.
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";
import { demoSettings } from "../support/demo.ts";
import { kubernetesPlugin } from "../support/kubernetes-plugin.ts";
import { identities } from "../support/workload-objects.ts";

const UNCHANGED = ["--expect-no-changes", "--stack=dev"];

let official: Project;
let installed: Project;
let made: Readonly<Record<string, string>>;
beforeAll(async () => {
  official = await Project.create("continuation");
  installed = official.with({ PULUMI_HOME: process.env["SLIPWAY_TEST_INSTALLED_HOME"] ?? "" });
  await official.settings(demoSettings());
});
afterAll(() => official.dispose());

test("a stack that the installed provider made shows no change with the official one, and an up makes none", async () => {
  const plugins = await Promise.all([
    kubernetesPlugin(process.env["SLIPWAY_TEST_INSTALLED_HOME"]),
    kubernetesPlugin(),
  ]);
  expect(new Set(plugins.map(({ version }) => version)).size).toBe(2);
  await succeed(installed.up());
  made = await identities(official.namespace, "shop");
  expect(Object.keys(made)).toContain("Deployment");

  await succeed(official.pulumi("preview", ...UNCHANGED));
  await succeed(official.up("--expect-no-changes"));
  await succeed(official.pulumi("refresh", "--yes", ...UNCHANGED));
});

test("what the official one changes then it changes in place, and takes away what the program drops", async () => {
  const { services, ...others } = demoSettings() as { services: { shop: { env: object } } };
  const { shop } = services;
  const env = { ...shop.env, GREETING: "hello" };
  await official.settings({ ...others, services: { shop: { ...shop, env } } });
  await succeed(official.up());
  expect(await variables()).toContain("GREETING");
  await official.settings(demoSettings());
  await succeed(official.up());
  expect(await variables()).not.toContain("GREETING");
  expect(await identities(official.namespace, "shop")).toEqual(made);
});

test("and the installed one goes on where the official one left it", async () => {
  await succeed(installed.pulumi("preview", ...UNCHANGED));
  await succeed(installed.up("--expect-no-changes"));
});

/** Names of the variables of the service's container. */
async function variables(): Promise<(string | undefined)[]> {
  const { spec } = await cluster.get(DEPLOYMENT, official.namespace, "shop");
  return spec?.template.spec?.containers[0]?.env?.map(({ name }) => name) ?? [];
}

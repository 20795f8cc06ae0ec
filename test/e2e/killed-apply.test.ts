// Proves what the plugin at hand does at each signal: the official one breaks off its request, and the offline stand-in lets it end.
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { Gate } from "../support/gate.ts";
import { removeFolders } from "../support/folder.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { type KubernetesPlugin, kubernetesPlugin } from "../support/kubernetes-plugin.ts";
import { identities, replicaSets } from "../support/workload-objects.ts";

const CHANGE = ["PATCH", /\/deployments\/shop\?/] as const;
const RECORDED = ["ServiceAccount", "NetworkPolicy", "Service", "PodDisruptionBudget"];

let api: Gate;
let project: Project;
let up: KillableUp;
let plugin: KubernetesPlugin;
const ups: KillableUp[] = [];
beforeAll(async () => {
  plugin = await kubernetesPlugin();
  api = await Gate.toApiServer(kubeConfig());
  project = await Project.create("killed-apply");
  await settings({ shop });
});
afterEach(() => {
  // The official provider outlives its engine, so that each run goes on beside that of the killed one before it.
  ups.splice(0).forEach((each) => {
    each.dispose();
  });
});
afterAll(async () => {
  await project.unlock();
  await project.dispose();
  api.stop();
  removeFolders();
});

test("a first release that is killed before its Deployment keeps what it made", async () => {
  const creation = api.hold("request", ...creationOf("shop"));
  up = killableUp();
  await up.reaches(creation.caught);
  for (const kind of RECORDED) {
    await up.seen(new RegExp(`${kind} shop created`));
  }
  await up.kill("SIGKILL", "group");
  expect(await up.leftovers()).toEqual([]);
  const made = await identities(project.namespace, "shop");
  expect(Object.keys(made)).not.toContain("Deployment");
  await project.unlock();

  await interrupted(api.hold("request", ...creationOf("shop")), "SIGTERM", "job");
  const { Deployment, ...others } = await identities(project.namespace, "shop");
  expect(others).toEqual(made);
  expect(Deployment === undefined).toBe(plugin.breaksOff);

  assertContinued((await succeed(project.up())).output);
  const after = await identities(project.namespace, "shop");
  expect(after).toEqual({ ...made, Deployment: Deployment ?? after["Deployment"] });
  expect(after).toHaveProperty("Deployment");
  expect(await verdict("shop")).toMatchObject({ verdict: "ready", generation: 1, previous: null });
});

test("what the engine says of a creation that was killed is cleared by one command, which changes nothing", async () => {
  const before = await identities(project.namespace, "shop");
  expect((await succeed(project.up())).output).toMatch(
    /Deployment::shop, interrupted while creating/,
  );
  await succeed(project.pulumi("refresh", "--clear-pending-creates", "--yes", "--stack=dev"));
  expect((await succeed(project.up())).output).not.toContain("pending operations");
  expect(await identities(project.namespace, "shop")).toEqual(before);
});

test.each([
  ["SIGTERM", "job"],
  ["SIGINT", "group"],
] as const)(
  "a change of a run that ends by %s of the %s is applied once",
  async (signal, target) => {
    const before = await identities(project.namespace, "shop");
    const sets = await replicaSets(project.namespace, "shop");
    const { metadata } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
    await settings({ shop: { ...shop, env: { CHANGE: signal } } });
    await interrupted(api.hold("request", ...CHANGE), signal, target);

    assertContinued((await succeed(project.up())).output);
    expect(await identities(project.namespace, "shop")).toEqual(before);
    expect(await replicaSets(project.namespace, "shop")).toEqual(expect.arrayContaining(sets));
    expect(await replicaSets(project.namespace, "shop")).toHaveLength(sets.length + 1);
    const generation = (metadata?.generation ?? 0) + 1;
    expect(await verdict("shop")).toMatchObject({ verdict: "ready", generation });
  },
);

test("a change that the API server took, and whose engine was killed before it heard of it, is applied once", async () => {
  const before = await identities(project.namespace, "shop");
  const sets = await replicaSets(project.namespace, "shop");
  const { metadata } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  await settings({ shop: { ...shop, env: { CHANGE: "unheard of" } } });
  const change = api.hold("answer", ...CHANGE);
  up = killableUp();
  await up.reaches(change.caught);
  await up.kill("SIGKILL", "group");
  expect(await up.leftovers()).toEqual([]);
  await project.unlock();

  expect((await succeed(project.up())).output).not.toMatch(/ replaced| deleted/);
  expect(await identities(project.namespace, "shop")).toEqual(before);
  expect(await replicaSets(project.namespace, "shop")).toHaveLength(sets.length + 1);
  const generation = (metadata?.generation ?? 0) + 1;
  expect(await verdict("shop")).toMatchObject({ verdict: "ready", generation });
  expect((await succeed(project.up())).output).not.toContain("pending operations");
});

test("an object that the engine never heard of goes to the stack by one command, unless the provider takes it over", async () => {
  const services = { shop: { ...shop, env: { CHANGE: "unheard of" } }, second: shop };
  await settings(services);
  const creation = api.hold("answer", ...creationOf("second"));
  up = killableUp();
  await up.reaches(creation.caught);
  for (const kind of RECORDED) {
    await up.seen(new RegExp(`${kind} second created`));
  }
  await up.kill("SIGKILL", "group");
  expect(await up.leftovers()).toEqual([]);
  await project.unlock();
  const made = await identities(project.namespace, "second");
  expect(made).toHaveProperty("Deployment");

  if (plugin.createsClientSide) {
    await importRefused();
  }
  expect((await succeed(project.up())).output).not.toMatch(/ replaced| deleted/);
  expect(await identities(project.namespace, "second")).toEqual(made);
  expect(await verdict("second")).toMatchObject({ verdict: "ready", generation: 1 });
});

/** The request that creates a Deployment. */
function creationOf(name: string): readonly [method: string, path: RegExp] {
  return plugin.createsClientSide
    ? ["POST", /\/deployments\?/]
    : ["PATCH", new RegExp(`/deployments/${name}\\?`)];
}

function killableUp(): KillableUp {
  const started = project.killableUp();
  ups.push(started);
  return started;
}

/** Fails unless a run goes on where the one before it was stopped: that one's request was done, or broken off. */
function assertContinued(output: string): void {
  expect(output).not.toMatch(/ replaced| deleted/);
  if (!plugin.breaksOff) {
    expect(output).toMatch(/shop: resumes the wait for sha256:/);
    expect(output).not.toMatch(/Deployment shop (creat|updat)/);
  }
}

/** Has an `up` refuse the second Deployment, and gives it to the stack. */
async function importRefused(): Promise<void> {
  const refused = await project.up();
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toMatch(
    /second\b.* was not (successfully )?created .*deployments.apps "second" already exists/,
  );

  const urns = (await resources()).map(({ urn }) => urn);
  const urnOf = (end: string) => urns.find((urn) => urn.endsWith(end)) ?? `none of ${end}`;
  await succeed(
    project.pulumi(
      ...["import", "kubernetes:apps/v1:Deployment", "second", `${project.namespace}/second`],
      ...["--parent", `workload=${urnOf("slipway:index:Workload::second")}`],
      ...["--provider", `cluster=${urnOf("pulumi:providers:kubernetes::cluster")}`],
      ...["--protect=false", "--generate-code=false", "--yes", "--stack=dev"],
    ),
  );
}

/** Tells a run to stop while its request is under way, and lets that go. */
async function interrupted(
  request: ReturnType<Gate["hold"]>,
  signal: NodeJS.Signals,
  target: "job" | "group",
): Promise<void> {
  up = killableUp();
  await up.reaches(request.caught);
  const ended = up.kill(signal, target);
  await up.seen(/cancel|interrupt/i);
  request.release();
  expect((await ended).exitCode).not.toBe(0);
  expect(await up.leftovers()).toEqual([]);
}

async function settings(services: Readonly<Record<string, object>>): Promise<void> {
  await project.settings({ cluster: kubeconfigOf(`http://${api.address}`), services });
}

async function verdict(name: string): Promise<unknown> {
  const { releases } = await project.outputs<{ releases: Record<string, unknown> }>();
  return releases[name];
}

async function resources(): Promise<readonly { readonly urn: string }[]> {
  const state = JSON.parse(await project.state()) as {
    readonly deployment: { readonly resources: readonly { readonly urn: string }[] };
  };
  return state.deployment.resources;
}

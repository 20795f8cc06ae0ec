// Proves what happens with the offline stand-in's objects and with a state in files; other backends keep their locks elsewhere.
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { removeFolders } from "../support/folder.ts";
import { Gate } from "../support/gate.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { identities } from "../support/workload-objects.ts";

const CREATE = ["POST", /\/deployments\?/] as const;
const RECORDED = ["ServiceAccount", "NetworkPolicy", "Service", "PodDisruptionBudget"];

let api: Gate;
let project: Project;
let up: KillableUp | undefined;
beforeAll(async () => {
  api = await Gate.toApiServer(kubeConfig());
  project = await Project.create("recover");
});
afterEach(() => {
  up?.dispose();
});
afterAll(async () => {
  await project.unlock();
  await project.dispose();
  api.stop();
  removeFolders();
});

test("what a run makes that still goes on is left to it", async () => {
  up = await upUntil("answer", { shop: { ...shop, env: { OF_THE_KILLED_RUN: "yes" } } });
  const { exitCode, output } = await recover("--yes");
  expect(output).toMatch(/dev is locked by .* \(pid \d+\) since .*: that process still runs; wait/);
  expect(exitCode).toBe(1);
  expect(up.hasEnded).toBe(false);
  await up.kill("SIGKILL", "group");
  expect(await up.leftovers()).toEqual([]);
});

test("a lock whose process is gone is explained, and nothing is changed before somebody has said yes", async () => {
  const { exitCode, output } = await recover();
  expect(output).toMatch(
    /no such process runs .* so pulumi cancel --yes --stack dev clears the lo/,
  );
  expect(output).toContain("--yes: missing, and nobody can answer");
  expect(exitCode).toBe(2);
  expect((await project.up()).output).toContain("the stack is currently locked");
});

test("the object that the killed run made goes to the stack as it is", async () => {
  const made = await identities(project.namespace, "shop");
  expect(made).toHaveProperty("Deployment");

  const { output } = await succeed(recover("--yes"));
  expect(output).toMatch(
    /Deployment \S+\/shop +created by the killed run at \S+ +is added to the stack/,
  );
  expect(output).toContain("dev: its lock is cleared, it has 1 more object; run pulumi up");

  const { output: said } = await succeed(project.up());
  expect(said).not.toMatch(/pending operations| replaced| deleted \(/);
  expect(await identities(project.namespace, "shop")).toEqual(made);
  expect(await verdict("shop")).toMatchObject({ verdict: "ready", generation: 1, previous: null });
});

test("and what the program no longer asks for goes, though the killed run had set it", async () => {
  const env = async () =>
    (await cluster.get(DEPLOYMENT, project.namespace, "shop")).spec?.template.spec?.containers
      .flatMap((container) => container.env ?? [])
      .map(({ name }) => name);
  expect(await env()).toContain("OF_THE_KILLED_RUN");
  await configure({ shop });
  await succeed(project.up());
  expect(await env()).not.toContain("OF_THE_KILLED_RUN");
});

test("an object that somebody else made meanwhile is refused, and left as it is", async () => {
  up = await upUntil("request", { shop, second: shop });
  await up.kill("SIGKILL", "group");
  expect(await up.leftovers()).toEqual([]);
  await cluster.create(foreign("second"));
  const before = await cluster.get(DEPLOYMENT, project.namespace, "second");
  const state = await project.state();

  const { exitCode, output } = await recover("--yes");
  expect(output).toMatch(
    /Deployment \S+\/second was not created by the killed run: it lacks the labels app.kubern/,
  );
  expect(exitCode).toBe(1);
  const after = await cluster.get(DEPLOYMENT, project.namespace, "second");
  expect(after.metadata?.uid).toBe(before.metadata?.uid);
  expect(after.metadata?.generation).toBe(before.metadata?.generation);
  expect(after.metadata?.labels).toEqual(before.metadata?.labels);
  expect(await project.state()).toBe(state);
  expect((await project.up()).output).toMatch(
    /second\b.* was not (successfully )?created .*already exists/,
  );
});

test("once it is gone, the creation that came to nothing is forgotten", async () => {
  await cluster.delete(foreign("second"));
  while ((await cluster.find(DEPLOYMENT, project.namespace, "second")) !== undefined) {}
  const { output } = await succeed(recover("--yes"));
  expect(output).toMatch(/Deployment \S+\/second +does not exist +the next up creates it/);
  expect((await succeed(project.up())).output).not.toContain("pending operations");
  expect(await verdict("second")).toMatchObject({ verdict: "ready", generation: 1 });
  expect((await succeed(recover("--yes"))).output).toBe("dev: nothing to recover");
});

/** A run that is under way, and waiting for the API server to make a Deployment. */
async function upUntil(
  place: "request" | "answer",
  services: Readonly<Record<string, object>>,
): Promise<KillableUp> {
  await configure(services);
  const creation = api.hold(place, ...CREATE);
  const run = project.killableUp();
  await run.reaches(creation.caught);
  const name = Object.keys(services).at(-1) ?? "";
  for (const kind of RECORDED) {
    await run.seen(new RegExp(`${kind} ${name} created`));
  }
  return run;
}

function configure(services: Readonly<Record<string, object>>): Promise<void> {
  return project.settings({ cluster: kubeconfigOf(`http://${api.address}`), services });
}

function recover(...args: string[]) {
  return project.slipway("recover", "--stack=dev", ...args);
}

/** A Deployment without pods that nobody's stack has made. */
function foreign(name: string) {
  const labels = { app: name };
  return {
    ...DEPLOYMENT,
    metadata: { name, namespace: project.namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: "none" }] } },
    },
  };
}

async function verdict(name: string): Promise<unknown> {
  const { releases } = await project.outputs<{ releases: Record<string, unknown> }>();
  return releases[name];
}

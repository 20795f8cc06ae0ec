// Proves the hand-off to real controllers of Flux, and the way from a stack that applies its objects to one that hands them off, and back.
import { setTimeout as sleep } from "node:timers/promises";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, NAMESPACE, POD, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { FluxKustomization } from "../support/flux-kustomization.ts";
import { GitServer } from "../support/git-server.ts";

const REPOSITORY = "deploy";
const PATH = "shop-dev";
const QUICK = { ...shop, replicas: 1 };

let server: GitServer;
let project: Project;
let kustomization: FluxKustomization;
let url: string;
beforeAll(async () => {
  [server] = await Promise.all([GitServer.start(), ensureExtras("flux")]);
  url = await server.create(REPOSITORY);
  project = await Project.create("hand-off-flux", { env: server.environment });
  const { namespace: name } = project;
  kustomization = await FluxKustomization.create(server, { url, path: PATH, name });
});
afterAll(async () => {
  await kustomization.remove();
  await project.dispose();
  await cluster
    .delete({ ...NAMESPACE, metadata: { name: project.namespace } })
    .catch(() => undefined);
  await server.dispose();
});

const settings = (service: object = {}) =>
  project.settings({ services: { shop: { ...QUICK, ...service } } });
const handedOff = (service: object = {}, timeoutSeconds = 180) =>
  project.settings({
    services: { shop: { ...QUICK, ...service } },
    handOff: { to: { git: url, branch: "main", path: PATH }, by: kustomization.by, timeoutSeconds },
  });
const recordNow = async () =>
  (await project.outputs<{ releases: { shop: ReleaseRecord } }>()).releases.shop;
const deployment = () => cluster.get(DEPLOYMENT, project.namespace, "shop");
const uids = async () => {
  const { namespace } = project;
  const found = await Promise.all([
    cluster.get(NAMESPACE, undefined, namespace),
    cluster.get(SERVICE, namespace, "shop"),
    deployment(),
  ]);
  const pods = await cluster.list(POD, namespace);
  return [...found, ...pods].map(({ metadata }) => metadata?.uid).sort();
};

describe("a stack that applies its objects", () => {
  let before: (string | undefined)[];

  test("does not hand them off by its settings alone", async () => {
    await settings({ env: { OLD: "1" } });
    await succeed(project.up());
    before = await uids();
    await handedOff({ env: { OLD: "1" } });
    const { exitCode, output } = await project.up();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(
      /slipway:handOff: set, but this stack applies its \d+ objects itself so far; run npx slipway handoff adopt/,
    );
    expect(await server.git(REPOSITORY, "rev-list", "--count", "main")).toBe("1");
  });

  test("leaves them to the controller as they are: none is deleted or made twice, no pod restarts", async () => {
    const dry = await succeed(project.slipway("handoff", "adopt", "--stack=dev", "--dry-run"));
    expect(dry.output).toMatch(/^Deployment +shop +slipway-/m);
    await succeed(project.slipway("handoff", "adopt", "--stack=dev", "--yes"));
    const { output } = await succeed(project.up());
    expect(output).not.toMatch(/kubernetes:\S+ \S+ (deleted|replaced|created)/);
    expect(output).toMatch(/slipway:index:HandOff dev created/);
    expect(await uids()).toEqual(before);
    const { lastAppliedRevision } = await kustomization.status();
    expect(lastAppliedRevision).toContain(await server.head(REPOSITORY));
  });
});

describe("a change", () => {
  test("goes by one commit of desired state to proved pods, and what it leaves out is gone", async () => {
    await handedOff({ env: { GREETING: "hello" } });
    await succeed(project.up());
    const record = await recordNow();
    const revision = await server.head(REPOSITORY);
    expect(record).toMatchObject({ verdict: "ready", handOff: { revision, health: null } });
    expect(record.pods).toHaveLength(1);
    const { spec } = await deployment();
    const variables = spec?.template.spec?.containers[0]?.env?.map(({ name }) => name);
    expect(variables).toContain("GREETING");
    expect(variables).not.toContain("OLD");
  });

  test("that is bad ends as the usual verdict, and is taken back by a commit", async () => {
    await handedOff({ env: { FAULT_CRASH_AT_START: "3" } });
    const { exitCode, output } = await project.up();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/shop: crash-loop after \d+ s/);
    expect(await recordNow()).toMatchObject({
      verdict: "failed",
      reason: "crash-loop",
      running: { verdict: "ready" },
    });
    expect(await server.git(REPOSITORY, "log", "-1", "--format=%s", "main")).toMatch(
      /^Restore shop to sha256:\w{64}: crash-loop$/,
    );
  });

  test("that a suspended Kustomization does not apply is not applied, and says so", async () => {
    await kustomization.suspend(true);
    await handedOff({ env: { GREETING: "nobody hears it" } }, 20);
    expect((await project.up()).exitCode).not.toBe(0);
    const record = await recordNow();
    expect(record).toMatchObject({ verdict: "failed", reason: "not-applied" });
    expect(record.evidence?.message).toMatch(/suspended/);
    await kustomization.suspend(false);
    await succeed(project.up());
    expect(await recordNow()).toMatchObject({ verdict: "ready" });
  });
});

test("what a hand has changed is undone by the controller", async () => {
  await kubectl(["scale", "deployment/shop", "-n", project.namespace, "--replicas=2"]);
  const isUndone = async () =>
    (await deployment()).spec?.replicas === 1 &&
    (await cluster.list(POD, project.namespace)).length === 1;
  for (let rest = 60; !(await isUndone()); rest -= 1) {
    expect(rest).toBeGreaterThan(0);
    await sleep(1000);
  }
});

test("the stack takes its objects back as they are, and may leave out a field again", async () => {
  const before = await uids();
  await kustomization.remove();
  await settings({ env: { GREETING: "nobody hears it" } });
  const { output } = await project.up();
  expect(output).toMatch(/slipway:handOff: missing, but this stack has handed off its \d+ objects/);
  await succeed(project.slipway("handoff", "return", "--stack=dev", "--yes"));
  const up = await succeed(project.up());
  expect(up.output).not.toMatch(/kubernetes:\S+ \S+ (deleted|replaced|created)/);
  expect(await uids()).toEqual(before);
  expect(await recordNow()).toMatchObject({ verdict: "ready" });

  await settings();
  await succeed(project.up());
  const { spec } = await deployment();
  expect(spec?.template.spec?.containers[0]?.env?.map(({ name }) => name) ?? []).not.toContain(
    "GREETING",
  );
});

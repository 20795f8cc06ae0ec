// Proves the hand-off to a real Argo CD, without its server and with a look every few seconds. Flux is hand-off-flux.test.ts.
import { setTimeout as sleep } from "node:timers/promises";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, NAMESPACE, POD } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { ArgoApplication, scaleArgoCd } from "../support/argo-application.ts";
import { GitServer } from "../support/git-server.ts";

const REPOSITORY = "deploy";
const PATH = "shop-dev";

interface Outputs {
  readonly releases: { readonly shop: ReleaseRecord };
  readonly handOff?: {
    readonly revision: string;
    readonly controller: { readonly drift: object[] };
  };
}

let server: GitServer;
let project: Project;
let application: ArgoApplication;
let url: string;
beforeAll(async () => {
  [server] = await Promise.all([GitServer.start(), ensureExtras("argocd")]);
  url = await server.create(REPOSITORY);
  project = await Project.create("hand-off", { env: server.environment });
  application = await ArgoApplication.create(server, {
    url,
    path: PATH,
    namespace: project.namespace,
  });
});
afterAll(async () => {
  await scaleArgoCd(1);
  await application.remove();
  await project.dispose();
  await cluster.delete({ ...NAMESPACE, metadata: { name: project.namespace } });
  await server.dispose();
});

/** Asks each second. */
async function eventually(holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (let rest = seconds; !(await holds()); rest -= 1) {
    if (rest === 0) {
      throw new Error(`still not so after ${seconds} s: ${holds.toString()}`);
    }
    await sleep(1000);
  }
}

const handOff = (more: object = {}) => ({
  to: { git: url, branch: "main", path: PATH },
  by: application.by,
  timeoutSeconds: 180,
  ...more,
});
const settings = (service: object = {}, more: object = {}) =>
  project.settings({ services: { shop: { ...shop, ...service } }, handOff: handOff(more) });
const recordNow = async () => (await project.outputs<Outputs>()).releases.shop;
const messageOf = (revision: string) =>
  server.git(REPOSITORY, "log", "-1", "--format=%B", revision);
describe("a commit of the source", () => {
  test("goes by one commit of desired state to proved pods, and says so in its trailers", async () => {
    const source = await project.commit("Say hello in a different way");
    await settings({ env: { GREETING: "hello" } });
    await succeed(project.up());
    const record = await recordNow();
    const revision = await server.head(REPOSITORY);
    expect(record).toMatchObject({ verdict: "ready", handOff: { revision, sync: "Synced" } });
    const pods = await cluster.list(POD, project.namespace);
    expect(record.pods.map(({ name }) => name).sort()).toEqual(
      pods.map(({ metadata }) => metadata?.name).sort(),
    );
    const message = await messageOf("main");
    expect(message).toContain(`Argocd-reference-commit-sha: ${source}`);
    expect(message).toContain("Argocd-reference-commit-subject: Say hello in a different way");
    expect(message).toContain(`Slipway-image: shop=${record.image}`);
    expect(message).toContain(`Slipway-manifest-hash: shop=${record.manifestHash}`);
  });

  test("that changes nothing is no commit of desired state, and no wait", async () => {
    await project.commit("A word on nothing");
    const head = await server.head(REPOSITORY);
    await succeed(project.up());
    expect(await server.head(REPOSITORY)).toBe(head);
  });

  test("with a bad release ends as the usual verdict, and is taken back by a commit", async () => {
    await settings({ env: { FAULT_CRASH_AT_START: "3" } });
    const { exitCode, output } = await project.up();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/shop: crash-loop after \d+ s/);
    expect(output).toMatch(
      /shop: rolled back to sha256:\w+ .*, ready after \d+ s; its files were restored/,
    );
    const record = await recordNow();
    expect(record).toMatchObject({
      verdict: "failed",
      reason: "crash-loop",
      running: { verdict: "ready" },
      handOff: { sync: "Synced" },
    });
    expect(await messageOf(record.handOff?.revision ?? "")).toMatch(/^Release shop to /);
    expect(await messageOf("main")).toMatch(/^Restore shop to sha256:\w{64}: crash-loop\n/);
    await settings({ env: { GREETING: "hello" } });
    await succeed(project.up());
    expect(await recordNow()).toMatchObject({ verdict: "ready" });
  });
});

test("a rollback is a commit with the earlier digest", async () => {
  const { digest } = await recordNow();
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "96.0.0" }\n');
  await project.commit("Another content");
  await succeed(project.up());
  expect((await recordNow()).digest).not.toBe(digest);
  const head = await server.head(REPOSITORY);

  await succeed(project.slipway("rollback", "--stack", "dev", "--yes"));
  const record = await recordNow();
  expect(record).toMatchObject({ verdict: "ready", digest });
  expect(record.handOff?.revision).not.toBe(head);
  expect(await messageOf("main")).toContain(`Slipway-image: shop=${record.image}`);
  const { output } = await succeed(project.slipway("history", "--stack", "dev"));
  expect(output).toContain(record.handOff?.revision.slice(0, 12) ?? "no revision");
  await succeed(project.slipway("unpin", "--stack", "dev", "--yes"));
});

describe("what the controller does not apply", () => {
  const failed = async (): Promise<ReleaseRecord> => {
    expect((await project.up()).exitCode).not.toBe(0);
    return recordNow();
  };

  test("because automated sync is off, is not applied", async () => {
    await application.automated(null);
    await settings({ env: { GREETING: "nobody hears it" } }, { timeoutSeconds: 90 });
    const record = await failed();
    expect(record).toMatchObject({ verdict: "failed", reason: "not-applied" });
    expect(record.evidence?.message).toMatch(/automated sync is off/);
    await application.automated({ selfHeal: true });
    await succeed(project.up());
  });

  test("because it looks at another folder, is not applied", async () => {
    await application.follow("somewhere-else");
    await settings({ env: { GREETING: "to nobody" } }, { timeoutSeconds: 90 });
    const record = await failed();
    expect(record).toMatchObject({ verdict: "failed", reason: "not-applied" });
    expect(record.evidence?.message).toMatch(/somewhere-else/);
    await application.follow(PATH);
    await succeed(project.up());
  });

  test("because it is down, is waited for, and applied once it is back", async () => {
    await scaleArgoCd(0);
    await settings({ env: { GREETING: "patience" } });
    const running = project.up();
    const head = await server.head(REPOSITORY);
    await eventually(async () => (await server.head(REPOSITORY)) !== head);
    await scaleArgoCd(1);
    await succeed(running);
    expect(await recordNow()).toMatchObject({ verdict: "ready" });
  });
});

describe("a repository that others write to", () => {
  test("what somebody else has changed in the files is told by name, and not overwritten", async () => {
    const text = await server.git(REPOSITORY, "show", `main:${PATH}/deployment-shop.yaml`);
    await server.commit(REPOSITORY, "Fewer pods", {
      [`${PATH}/deployment-shop.yaml`]: text.replace("replicas: 2", "replicas: 1"),
    });
    await settings({ env: { GREETING: "again" } });
    const { exitCode, output } = await project.up();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/deployment-shop\.yaml/);
    await server.commit(REPOSITORY, "As it was", { [`${PATH}/deployment-shop.yaml`]: `${text}\n` });
    await succeed(project.up());
  });

  test("what somebody else commits beside it is left, and what a force-push takes away is told, and written again once a person says so", async () => {
    await server.commit(REPOSITORY, "Beside", { "other/readme.md": "Not of the shop.\n" });
    const beside = (await server.head(REPOSITORY)) ?? "";
    await settings({ env: { GREETING: "beside" } });
    await succeed(project.up());
    expect(await server.git(REPOSITORY, "show", "main:other/readme.md")).toBe("Not of the shop.");

    await server.force(REPOSITORY, beside);
    // Which is what the branch has again.
    await settings({ env: { GREETING: "again" } });
    const { exitCode, output } = await project.up();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/branch main of \S+ no longer has commit .*replaced its history/);
    expect(output).toContain("take the branch as it is with pulumi up --refresh");
    expect(await server.head(REPOSITORY)).toBe(beside);
    await settings({ env: { GREETING: "once more" } });
    await succeed(project.up("--refresh"));
    expect(await server.head(REPOSITORY)).not.toBe(beside);
    expect(await recordNow()).toMatchObject({ verdict: "ready" });
  });
});

describe("drift by hand", () => {
  const scale = (replicas: number) =>
    kubectl(["scale", "deployment/shop", "-n", project.namespace, `--replicas=${replicas}`]);
  const replicas = async () =>
    (await cluster.get(DEPLOYMENT, project.namespace, "shop")).spec?.replicas;

  test("is undone by self-heal", async () => {
    await scale(3);
    await eventually(async () => (await replicas()) === 2);
  });

  test("without self-heal is told apart from ill health: which field, who wrote it, and that nobody undoes it", async () => {
    await application.automated({ selfHeal: false });
    await scale(3);
    await eventually(async () => (await application.status()).sync?.status === "OutOfSync");
    const { output } = await succeed(project.slipway("status", "--stack", "dev", "--live"));
    expect(output).toMatch(
      /drift: spec\.replicas of deployment shop differs from the commit, written by kubectl.*; self-heal is off/,
    );
    expect(output).toMatch(/^out-of-sync: /m);
    expect(output).not.toContain("not-applied");
    expect(output).toMatch(/shop .* ready/);
    await application.automated({ selfHeal: true });
    await eventually(async () => (await replicas()) === 2);
  });
});

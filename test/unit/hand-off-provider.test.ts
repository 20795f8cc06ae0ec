// The resource with real git and an API server in this process, in which this test plays the controller; real ones are in
// test/e2e/hand-off*.test.ts.
import type { HandOffResult } from "../../contract/hand-off.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Application } from "../../provider/hand-off/application.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { ApiServer } from "../support/api-server.ts";
import { applicationWith, operationOf } from "../support/argocd-objects.ts";
import { removeFolders } from "../support/folder.ts";
import { GitRemote } from "../support/git-remote.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const HASH = `sha256:${"b".repeat(64)}`;

let said: string[];
let server: ApiServer;
let provider: SlipwayProvider;
let remote: GitRemote;
let subject: Subject;

beforeEach(async () => {
  said = [];
  const say = (text: string) => said.push(text);
  const log = { info: say, warn: say, error: say, status: () => undefined };
  subject = { urn: "urn", type: RESOURCES.HandOff, name: "prod", log };
  server = await ApiServer.start();
  server.kinds = [{ name: "deployments", kind: "Deployment", namespaced: true }];
  provider = new SlipwayProvider();
  provider.configure({ ...kubeconfigOf(server.url) });
  remote = new GitRemote();
});

afterEach(async () => {
  provider.close();
  await server.stop();
});

afterAll(removeFolders);

const deployment = (replicas = 1) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop", namespace: "shop", labels: { "app.kubernetes.io/instance": "shop" } },
  spec: { replicas },
});

const inputs = (more: Properties = {}): Properties => ({
  objects: [deployment()],
  to: { git: remote.url, branch: "main", path: "shop-prod" },
  by: { argocd: { namespace: "argocd", application: "shop" } },
  stack: "shop/prod",
  source: {},
  releases: [{ service: "shop", image: `example.com/shop@${DIGEST}`, manifestHash: HASH }],
  workloads: [
    { key: "shop", apiVersion: "apps/v1", kind: "Deployment", name: "shop", namespace: "shop" },
  ],
  timeoutSeconds: 30,
  ...more,
});

const source = () => ({ repoURL: remote.url, path: "shop-prod", targetRevision: "main" });

/** What the controller reports, of a source that is this test's repository. */
function report(status: Application["status"] = {}, spec: Application["spec"] = {}): void {
  const app = applicationWith(status, { source: source(), ...spec });
  const metadata = { ...app.metadata, name: "shop", uid: "app", annotations: {} };
  server.apply("applications", { ...app, metadata });
}

function run(live: object = deployment()): void {
  const { metadata } = deployment();
  const object = { ...live, metadata: { ...metadata, uid: "uid-1", generation: 3 } };
  server.apply("deployments", object);
}

/** Plays a controller that looks when it is asked to. */
function sync(live?: object, status: Application["status"] = {}): void {
  server.patchedObject = () => {
    run(live);
    const revision = remote.head();
    const operation = operationOf("Succeeded", revision);
    report({
      sync: { revision },
      reconciledAt: new Date(Date.now() + 60_000).toISOString(),
      operationState: { ...operation, syncResult: { revision, source: source() } },
      ...status,
    });
  };
}

const create = async (more: Properties = {}) =>
  (await provider.create(subject, { inputs: inputs(more), preview: false, timeoutSeconds: 0 }))
    .outputs as Properties & HandOffResult;

const update = async (oldOutputs: Properties, more: Properties = {}) =>
  (await provider.update(subject, {
    ...{ id: "id", oldInputs: inputs(), oldOutputs, news: inputs(more), ignoreChanges: [] },
    ...{ preview: false, timeoutSeconds: 0 },
  })) as Properties & HandOffResult;

const diff = async (oldOutputs: Properties, more: Properties = {}) =>
  (
    await provider.diff(subject, {
      ...{ id: "id", oldInputs: inputs(), oldOutputs, news: inputs(more), ignoreChanges: [] },
    })
  ).changed;

describe("check", () => {
  const check = async (more: Properties) => {
    const args = { olds: {}, news: inputs(more), randomSeed: Buffer.alloc(0) };
    const { failures = [] } = await provider.check(subject, args);
    return failures.map(({ reason }) => reason);
  };

  test.each<[string, Properties]>([
    ["a branch", {}],
    ["an artifact", { to: { oci: "oci://example.com/manifests/shop:prod" } }],
    ["a Kustomization", { by: { flux: { namespace: "flux-system", kustomization: "shop" } } }],
    ["what a preview does not know", { objects: UNKNOWN, releases: UNKNOWN, workloads: UNKNOWN }],
  ])("takes %s", async (_case, more) => {
    expect(await check(more)).toEqual([]);
  });

  test.each<[string, Properties]>([
    ["an address that runs a program", { git: "ext::sh -c true" }],
    ["an address that is an option", { git: "--upload-pack=true" }],
    ["an address with a password", { git: "https://ci:secret@git.example.com/deploy.git" }],
    ["a branch that is an option", { branch: "--force" }],
    ["a folder above", { path: "../other" }],
    ["a folder of git's own", { path: ".git/hooks" }],
    ["no folder", { path: "" }],
  ])("refuses %s", async (_case, more) => {
    const to = {
      git: "ssh://git@git.example.com/deploy.git",
      branch: "main",
      path: "shop",
      ...more,
    };
    const told = await check({ to });
    expect(told).toHaveLength(1);
    expect(told.join()).not.toContain("secret");
  });

  test("refuses a Secret, by its name alone", async () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db" },
      stringData: { password: "pw" },
    };
    expect(await check({ objects: [secret] })).toEqual([
      "objects: must have no Secret, which anybody could read there, got db; seal it, or let a store make it",
    ]);
  });
});

test("writes, asks the controller to look, and ends with what it has applied", async () => {
  report();
  sync();
  const outputs = await create();
  expect(outputs).toMatchObject({
    ...{ revision: remote.head(), changed: true, stack: "shop/prod" },
    deployments: {
      shop: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: "shop",
        uid: "uid-1",
        generation: 3,
      },
    },
    controller: {
      sync: "Synced",
      health: "Healthy",
      revision: remote.head(),
      drift: [],
      selfHeal: true,
    },
  });
  expect(outputs.failure).toBeUndefined();
  expect(remote.files()).toContain("shop-prod/deployment-shop.yaml");
  expect(server.requests).toContain("patch applications");
});

test("only looks where it may not ask, and says so where nothing came of it", async () => {
  server.faults.set("patch applications", 403);
  report();
  run();
  const { failure, deployments } = await create({ timeoutSeconds: 1 });
  expect(failure).toEqual({
    reason: "not-applied",
    object: "application shop",
    message: expect.stringMatching(
      /^not applied after 1 s: it is at bbbbbbbbbbbb; it looked last at /,
    ) as string,
    notes: ["this identity may not ask it to look at once, so it looks when its time has come"],
    command: "kubectl --context test --namespace argocd describe applications.argoproj.io shop",
  });
  expect(deployments).toHaveProperty("shop");
  expect(server.requests).not.toContain("patch applications");
});

test("writes nothing where it may not look at the controller", async () => {
  server.faults.set("get applications", 403);
  const head = remote.head();
  await expect(create()).rejects.toThrow(
    /^this identity may not get applications\.argoproj\.io shop in namespace argocd, .*; grant it get on that one object$/,
  );
  expect(remote.head()).toBe(head);
});

test("makes no commit for the same manifests, and ends where they are applied", async () => {
  report();
  sync();
  const first = await create();
  const head = remote.commit("Others", { "other/a.yaml": "a\n" });
  const again = await update(first, { source: { commit: "c".repeat(40) } });
  expect(again).toMatchObject({ revision: head, previous: null, changed: false });
  expect(remote.head()).toBe(head);
});

test("names the drift that nobody mends, and who wrote it", async () => {
  report();
  sync(deployment(5), {
    resources: [
      { group: "apps", kind: "Deployment", namespace: "shop", name: "shop", status: "OutOfSync" },
    ],
    sync: { status: "OutOfSync", revision: "" },
  });
  const play = server.patchedObject;
  server.patchedObject = (object) => {
    play?.(object);
    const found = operationOf("Succeeded", remote.head());
    report(
      {
        sync: { status: "OutOfSync", revision: remote.head() },
        reconciledAt: new Date(Date.now() + 60_000).toISOString(),
        operationState: { ...found, syncResult: { revision: remote.head(), source: source() } },
        resources: [
          {
            group: "apps",
            kind: "Deployment",
            namespace: "shop",
            name: "shop",
            status: "OutOfSync",
          },
        ],
      },
      { syncPolicy: { automated: {} } },
    );
  };
  const { failure, controller } = await create();
  expect(failure).toMatchObject({
    reason: "out-of-sync",
    message: "the cluster differs from what was handed off: deployment shop spec.replicas",
    notes: ["it does not mend drift by itself: spec.syncPolicy.automated.selfHeal is off"],
  });
  expect(controller.drift).toEqual([
    { object: "deployment shop", field: "spec.replicas", writer: null },
  ]);
}, 60_000);

test("tells at a look drift from a revision that is not applied, also after self-heal has applied a part of it", async () => {
  report();
  sync();
  const outputs = await create();
  const revision = remote.head();
  const resource = { group: "apps", kind: "Deployment", namespace: "shop", name: "shop" };
  const operation = { sync: { revision, resources: [resource] } };
  report(
    {
      sync: { status: "OutOfSync", revision },
      resources: [{ ...resource, status: "OutOfSync" }],
      operationState: {
        ...operationOf("Succeeded", revision, { operation }),
        syncResult: { revision, source: source() },
      },
      history: [{ revision, source: source() }],
    },
    { syncPolicy: { automated: { prune: true } } },
  );
  const manager = { manager: "kubectl", operation: "Update", subresource: "scale" };
  const managedFields = [
    { ...manager, time: "2026-11-30T07:05:00Z", fieldsV1: { "f:spec": { "f:replicas": {} } } },
  ];
  const metadata = { ...deployment().metadata, uid: "uid-1", generation: 4, managedFields };
  server.apply("deployments", { ...deployment(5), metadata });

  const read = await provider.read(subject, { id: "id", outputs, inputs: inputs() });
  expect(read?.outputs).toMatchObject({
    controller: {
      ...{ sync: "OutOfSync", health: "Healthy", selfHeal: false },
      drift: [{ object: "deployment shop", field: "spec.replicas", writer: "kubectl" }],
    },
    failure: {
      reason: "out-of-sync",
      message:
        "the cluster differs from what was handed off: deployment shop spec.replicas (last written by kubectl)",
    },
  });
});

describe("calls for another run where", () => {
  const made = async () => {
    report();
    sync();
    return create();
  };

  test("the manifests differ, and not where the source alone does", async () => {
    const outputs = await made();
    expect(await diff(outputs)).toEqual([]);
    expect(await diff(outputs, { source: { commit: "c".repeat(40) } })).toEqual([]);
    expect(await diff(outputs, { objects: [deployment(2)] })).toEqual(["objects"]);
  });

  test("it was not applied, or waits for a person", async () => {
    const outputs = await made();
    expect(await diff({ ...outputs, failure: { reason: "sync-failed" } })).toEqual(["revision"]);
    expect(await diff({ ...outputs, pullRequest: { branch: "slipway/x" } })).toEqual(["revision"]);
  });

  test("somebody has changed what was written", async () => {
    const outputs = await made();
    remote.commit("By hand", { "shop-prod/deployment-shop.yaml": "replicas: 9\n" });
    expect(await diff(outputs)).toEqual(["files"]);
  });

  test("but not where the repository does not answer: a preview may not reach it", async () => {
    const outputs = await made();
    const to = { git: `${remote.url}-away`, branch: "main", path: "shop-prod" };
    const olds = { ...inputs({ to }) };
    const change = {
      id: "id",
      oldInputs: olds,
      oldOutputs: outputs,
      news: olds,
      ignoreChanges: [],
    };
    expect((await provider.diff(subject, change)).changed).toEqual([]);
    expect(said.join()).toMatch(
      /only pulumi up sees whether what was handed off was changed since/,
    );
  });
});

test("takes the branch as it is at a refresh, and reports what became of it", async () => {
  report();
  sync();
  const outputs = await create();
  remote.commit("By hand", { "shop-prod/deployment-shop.yaml": "replicas: 9\n" });
  server.delete("deployments", "shop");
  const read = await provider.read(subject, { id: "id", outputs, inputs: inputs() });
  expect(read?.outputs).toMatchObject({
    revision: remote.head(),
    failure: { reason: "not-applied" },
    deployments: {},
  });
  server.patchedObject = undefined;
  sync();
  report();
  const next = await update(read?.outputs ?? {});
  expect(next.changed).toBe(true);
  expect(remote.show("shop-prod/deployment-shop.yaml")).toContain("replicas: 1");
}, 60_000);

test("shows in a preview that the revision is not known yet, and writes nothing", async () => {
  const head = remote.head();
  const { outputs } = await provider.create(subject, {
    ...{ inputs: inputs(), preview: true, timeoutSeconds: 0 },
  });
  expect(outputs).toMatchObject({ revision: UNKNOWN, deployments: UNKNOWN, controller: UNKNOWN });
  expect(remote.head()).toBe(head);
  expect(server.requests).toEqual([]);
});

test("pushes a proposal without a wait, with what a person needs", async () => {
  report();
  const to = { git: remote.url, branch: "main", path: "shop-prod", pullRequest: true };
  const outputs = await create({ to, source: { commit: "c".repeat(40) } });
  expect(outputs.pullRequest).toMatchObject({
    branch: `slipway/shop-prod/${"c".repeat(12)}`,
    title: "Release shop to shop/prod",
  });
  expect(outputs).toMatchObject({ deployments: {}, changed: true });
  expect(remote.files()).not.toContain("shop-prod/deployment-shop.yaml");
});

test("proposes again while nobody has merged the last proposal, and waits for it once somebody has", async () => {
  report();
  const to = { git: remote.url, branch: "main", path: "shop-prod", pullRequest: true };
  const first = await create({ to, source: { commit: "c".repeat(40) } });
  const news = { to, source: { commit: "d".repeat(40) }, objects: [deployment(2)] };
  const second = await update(first, news);
  expect(second.pullRequest).toMatchObject({ branch: `slipway/shop-prod/${"d".repeat(12)}` });
  remote.commit("Merge, squashed", {
    "shop-prod/deployment-shop.yaml": `${remote.show("shop-prod/deployment-shop.yaml", second.revision)}\n`,
    "shop-prod/kustomization.yaml": `${remote.show("shop-prod/kustomization.yaml", second.revision)}\n`,
  });
  sync(deployment(2));
  const third = await update(second, news);
  expect(third).toMatchObject({ revision: remote.head(), changed: false });
  expect(third.pullRequest).toBeUndefined();
});

test("leaves what is written when it is deleted, and says so", async () => {
  report();
  sync();
  const outputs = await create();
  await provider.delete(subject, { id: "id", outputs, inputs: inputs(), timeoutSeconds: 0 });
  expect(remote.files()).toContain("shop-prod/deployment-shop.yaml");
  expect(said.join()).toMatch(/prod: the files of id stay/);
});

// Proves the one write of a rollback over real HTTP; that a real API server takes it as meant is proved in test/e2e.
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { ROLLED_BACK } from "../../contract/marks.ts";
import { managerOf, restore } from "../../provider/rollback/restore.ts";
import { called, SCOPE } from "../../provider/release-words.ts";
import { restoreSchedule } from "../../provider/scheduled/restore.ts";
import { templateOf } from "../../provider/verdict/pod-template.ts";
import { ApiServer } from "../support/api-server.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { applyObserved } from "../support/observed.ts";
import { until } from "../support/until.ts";
import { deployment, release } from "../support/release-objects.ts";
import {
  EARLIER,
  EARLIER_TEMPLATE,
  earlierReplicaSet,
  failing,
  NEW_TEMPLATE,
} from "../support/rollback-objects.ts";

const MARK = { generation: 2, reason: "image-not-found" };

let server: ApiServer;
let cluster: Cluster;
let signal: AbortController;
beforeEach(async () => {
  server = await ApiServer.start();
  cluster = new Cluster(new KubeconfigApi(kubeconfigOf(server.url)));
  signal = new AbortController();
  applyObserved(server, failing());
});
afterEach(async () => {
  signal.abort();
  cluster.close();
  await server.stop();
});

const attempt = (judged = failing().deployment) =>
  restore(cluster, {
    release: release(),
    judged,
    template: templateOf(earlierReplicaSet()),
    mark: MARK,
    signal: signal.signal,
  });
const live = () => cluster.deployment("shop-dev", { name: "shop" }, signal.signal);
const change = (spec: object, generation = 3) => {
  const { metadata, ...rest } = deployment("shop", { template: NEW_TEMPLATE, ...spec });
  const identity = { name: "shop", uid: "shop-uid" };
  const changed = { ...rest, metadata: { ...metadata, ...identity, generation } };
  server.apply("deployments", changed);
};

test("the template comes back whole, without the label of its ReplicaSet, and with the mark", async () => {
  expect(await attempt()).toEqual({ kind: "restored", generation: 3 });
  const restored = await live();
  expect(restored?.spec?.template).toEqual(EARLIER_TEMPLATE);
  expect(restored?.metadata?.annotations).toEqual({
    "deployment.kubernetes.io/revision": "2",
    [ROLLED_BACK]: JSON.stringify(MARK),
  });
  expect(server.requests.filter((request) => request.startsWith("patch"))).toHaveLength(1);
});

/** Whether a write has come to the API server, answered or not. */
const hasPatched = () => server.requests.some((request) => request.startsWith("patch"));

test("a template comes back whatever its variables have in them", async () => {
  const env = [{ name: "CALLBACK", value: "https://example.com/?shop=<name>&lang=en\u2028" }];
  const odd = { spec: { containers: [{ name: "shop", image: "odd", env }] } };
  change({ template: odd }, 2);
  const judged = { ...failing().deployment, ...deployment("shop", { template: odd }) };
  expect(await attempt(judged)).toEqual({ kind: "restored", generation: 3 });
  expect((await live())?.spec?.template).toEqual(EARLIER_TEMPLATE);
});

test("an autoscaler's replicas stay, also those of a moment ago", async () => {
  change({ replicas: 5 });
  expect(await attempt()).toEqual({ kind: "restored", generation: 4 });
  expect((await live())?.spec).toMatchObject({ replicas: 5, template: EARLIER_TEMPLATE });
});

test("what somebody else has applied since is left alone", async () => {
  const template = { ...NEW_TEMPLATE, spec: { containers: [{ name: "shop", image: "other" }] } };
  change({ template });
  expect(await attempt()).toEqual({
    kind: "refused",
    why: "somebody else has changed the deployment since",
  });
  expect((await live())?.spec?.template).toEqual(template);
});

test("what somebody else applies between the look and the write is left alone", async () => {
  const template = { ...NEW_TEMPLATE, spec: { containers: [{ name: "shop", image: "other" }] } };
  server.slowness = 50;
  const attempted = attempt();
  await until(hasPatched);
  change({ template });
  server.slowness = 0;
  const why = "somebody else has changed the deployment since";
  expect(await attempted).toEqual({ kind: "refused", why });
  expect((await live())?.spec?.template).toEqual(template);
});

test("another Deployment of the same name is left alone", async () => {
  const { metadata, ...rest } = deployment("shop", { template: NEW_TEMPLATE });
  server.apply("deployments", { ...rest, metadata: { ...metadata, name: "shop", uid: "other" } });
  expect(await attempt()).toMatchObject({ kind: "refused" });
});

test("an identity that may not patch is told what it lacks", async () => {
  server.faults.set("patch deployments", 403);
  expect(await attempt()).toEqual({
    kind: "refused",
    why: expect.stringMatching(
      /^this identity may not patch deployments: .*; grant it patch/,
    ) as string,
  });
});

test("a server that fails for a moment is asked again", async () => {
  server.faults.set("patch deployments", 500);
  const attempted = attempt();
  await until(hasPatched);
  server.faults.clear();
  expect(await attempted).toEqual({ kind: "restored", generation: 3 });
});

test("a write whose answer was lost is not taken for somebody else's", async () => {
  server.patchedObject = () => {
    server.patchedObject = undefined;
    throw new Error("the answer is lost");
  };
  expect(await attempt()).toEqual({ kind: "restored", generation: 3 });
  expect(server.requests.filter((request) => request.startsWith("patch"))).toHaveLength(1);
});

test("an interruption ends the attempts", async () => {
  server.faults.set("patch deployments", 500);
  const attempted = attempt();
  await until(hasPatched);
  signal.abort();
  expect(await attempted).toEqual({ kind: "refused", why: "the run was interrupted" });
});

describe("what others have written on the pods", () => {
  const RESTARTED = "kubectl.kubernetes.io/restartedAt";
  const fields = (...keys: readonly string[]) => ({
    "f:spec": {
      "f:template": {
        "f:metadata": {
          "f:annotations": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])),
        },
      },
    },
  });
  const live = (template: typeof NEW_TEMPLATE) => {
    const annotations = {
      [RESTARTED]: "2026-01-01T00:00:00Z",
      "example.com/declared": "2",
      "credential.slipway/db": "new",
    };
    const { metadata, ...rest } = deployment("shop", {
      template: { ...template, metadata: { ...template.metadata, annotations } },
    });
    const managedFields = [
      {
        manager: "pulumi-kubernetes-1a2b3c4d",
        fieldsV1: fields("example.com/declared", "credential.slipway/db"),
      },
      { manager: "kubectl-rollout", fieldsV1: fields(RESTARTED) },
    ];
    return { ...rest, metadata: { ...metadata, managedFields } };
  };
  const restored = async () =>
    (await cluster.deployment("shop-dev", { name: "shop" }, signal.signal))?.spec?.template;

  test("stays as it is: it is no part of a release", async () => {
    const judged = live(NEW_TEMPLATE);
    server.apply("deployments", judged as never);
    expect(await attempt(judged)).toMatchObject({ kind: "restored" });
    expect(await restored()).toEqual({
      ...EARLIER_TEMPLATE,
      metadata: {
        ...EARLIER_TEMPLATE.metadata,
        annotations: { [RESTARTED]: "2026-01-01T00:00:00Z" },
      },
    });
  });

  test("makes no other template: what was restarted is not restored", async () => {
    const judged = live(EARLIER_TEMPLATE);
    const annotations = { "example.com/declared": "2", "credential.slipway/db": "new" };
    server.apply("deployments", judged as never);
    const template = {
      ...EARLIER_TEMPLATE,
      metadata: { ...EARLIER_TEMPLATE.metadata, annotations },
    };
    expect(
      await restore(cluster, {
        ...{ release: release(), judged, template, mark: MARK, signal: signal.signal },
      }),
    ).toEqual({ kind: "refused", why: "it has the same pod template" });
    expect(server.requests).not.toContain("patch deployments");
  });
});

describe("the field manager", () => {
  const managed = (...managers: readonly object[]) => ({
    ...deployment("shop"),
    metadata: { name: "shop", managedFields: managers },
  });

  test("is the one by whose name the Kubernetes provider wrote the spec", () => {
    const spec = { "f:spec": {} };
    expect(
      managerOf(
        managed(
          { manager: "kube-controller-manager", subresource: "status", fieldsV1: {} },
          { manager: "kubectl", fieldsV1: spec },
          { manager: "pulumi-kubernetes-1a2b3c4d", operation: "Apply", fieldsV1: spec },
        ),
      ),
    ).toBe("pulumi-kubernetes-1a2b3c4d");
  });

  test("is Slipway where there is no such", () => {
    expect(managerOf(managed({ manager: "helm", fieldsV1: { "f:spec": {} } }))).toBe("slipway");
    expect(managerOf(deployment("shop"))).toBe("slipway");
  });
});

test("a template without labels is one", () => {
  expect(templateOf({ spec: { selector: {}, template: { spec: { containers: [] } } } })).toEqual({
    metadata: { labels: {} },
    spec: { containers: [] },
  });
});

describe("a CronJob", () => {
  const TEMPLATE = { spec: { template: { spec: { containers: [{ name: "shop", image: "b" }] } } } };
  const EARLIER_JOBS = {
    spec: { template: { spec: { containers: [{ name: "shop", image: "a" }] } } },
  };
  const cronJob = (uid = "shop-uid", jobTemplate: object = TEMPLATE) =>
    ({
      metadata: { name: "shop", uid, generation: 2 },
      spec: { schedule: "@daily", jobTemplate },
    }) as const;
  const deployment = { name: "shop", uid: "shop-uid", generation: 2, kind: "CronJob" } as const;
  const rolledBack = () =>
    restoreSchedule(
      cluster,
      release({ deployment }),
      cronJob(),
      {
        kind: "restore",
        to: { ...EARLIER, kind: "CronJob", replicaSet: "shop-1" },
        template: EARLIER_JOBS,
        mark: MARK,
      },
      signal.signal,
    );
  const present = () => cluster.deployment("shop-dev", deployment, signal.signal);
  const target = called(EARLIER, release());

  test("gets the template of its Jobs back with the mark, and runs when its time comes", async () => {
    server.apply("cronjobs", cronJob());
    expect(await rolledBack()).toEqual({
      running: {
        ...EARLIER,
        kind: "CronJob",
        replicaSet: "shop-1",
        verdict: "ready",
        reason: null,
        pods: [],
      },
      report: `shop: rolled back to ${target}, whose template was proved when it was released; ${SCOPE}`,
    });
    expect(await present()).toMatchObject({
      metadata: { annotations: { [ROLLED_BACK]: JSON.stringify(MARK) } },
      spec: { schedule: "@daily", jobTemplate: EARLIER_JOBS },
    });
  });

  test("that somebody else has changed, or created again, is left alone", async () => {
    const report = `shop: not rolled back to ${target}: somebody else has changed the cronjob since`;
    server.apply("cronjobs", cronJob("shop-uid", { spec: {} }));
    expect(await rolledBack()).toEqual({ running: null, report });
    server.apply("cronjobs", cronJob("other"));
    expect(await rolledBack()).toEqual({ running: null, report });
    expect(await present()).toMatchObject({ spec: { jobTemplate: TEMPLATE } });
  });

  test("that this identity may not patch is reported with the right that is missing", async () => {
    server.apply("cronjobs", cronJob());
    server.faults.set("patch cronjobs", 403);
    const { report } = await rolledBack();
    expect(report).toMatch(
      /: this identity may not patch cronjobs: .*; grant it patch on cronjobs/,
    );
  });
});

test("a template comes back where what delivers the service has no annotation yet", async () => {
  const { spec } = deployment("shop", { template: NEW_TEMPLATE });
  const metadata = { name: "shop", uid: "shop-uid", generation: 2 };
  const bare = { metadata, ...(spec && { spec }) };
  server.apply("statefulsets", bare);
  const workload = { name: "shop", uid: "shop-uid", generation: 2, kind: "StatefulSet" } as const;
  expect(
    await restore(cluster, {
      release: release({ deployment: workload }),
      judged: bare,
      template: templateOf(earlierReplicaSet()),
      mark: MARK,
      signal: signal.signal,
    }),
  ).toMatchObject({ kind: "restored" });
  const restored = await cluster.deployment("shop-dev", workload, signal.signal);
  expect(restored?.metadata?.annotations).toEqual({ [ROLLED_BACK]: JSON.stringify(MARK) });
});

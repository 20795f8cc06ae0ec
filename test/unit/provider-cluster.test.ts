// Proves the watches against an API server in this process; test/e2e proves them against a real one.
import { getEventListeners } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { AwaitedRelease } from "../../provider/readiness/awaited-release.ts";
import type { Proof } from "../../provider/verdict/finding.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { awaitVerdict, type Judgement, presentVerdict } from "../../provider/waiting/wait.ts";
import { ApiServer } from "../support/api-server.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { HangingPlugin } from "../support/hanging-plugin.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { applyObserved } from "../support/observed.ts";
import {
  complete,
  deployment,
  endpointSlice,
  IMAGE,
  readyPod,
  release,
  unreadyPod,
} from "../support/release-objects.ts";
import { until } from "../support/until.ts";

let server: ApiServer;
let interruption: AbortController;
let cluster: Cluster;

beforeEach(async () => {
  server = await ApiServer.start();
  server.apply("namespaces", { metadata: { name: "shop-dev", uid: "shop-dev" } });
  interruption = new AbortController();
  cluster = new Cluster(new KubeconfigApi(kubeconfigOf(server.url)));
});
afterAll(removeFolders);

afterEach(async () => {
  interruption.abort();
  cluster.close();
  await server.stop();
});

function verdictOn(
  inputs: ReadinessInputs = release(),
  progress: (text: string) => void = () => undefined,
): Promise<Judgement<Observed, Proof>> {
  return awaitVerdict(new AwaitedRelease(cluster, inputs), {
    signal: interruption.signal,
    timeoutSeconds: 0,
    progress,
  });
}

/** Everything but the routing, so that the verdict hangs on one object to come. */
const UNROUTED = { ...complete(), endpointSlices: [] };
const SLICE = endpointSlice("shop", complete().pods);

const ALL = [
  "deployments",
  "endpointslices",
  "events",
  "events",
  "events",
  "pods",
  "replicasets",
  "services",
];

test("a verdict comes with the change that brings it", async () => {
  applyObserved(server, UNROUTED);
  const told: string[] = [];
  const verdict = verdictOn(release(), (text) => told.push(text));
  await until(() => server.watching.length === ALL.length);
  applyObserved(server, { endpointSlices: [SLICE] });
  expect((await verdict).verdict).toMatchObject({ kind: "ready", replicaSet: "shop-new" });
  expect(told.at(-1)).toMatch(/^2\/2 ready, no ready endpoint for shop-new-1, shop-new-2/);
});

test("fifty releases in a namespace share one set of watches, and it is closed behind them", async () => {
  const services = Array.from({ length: 50 }, (_, index) => release({ service: `s${index}` }));
  for (const inputs of services) {
    applyObserved(server, { ...complete(inputs), endpointSlices: [] });
  }
  const verdicts = services.map((inputs) => verdictOn(inputs));
  await until(() => server.watching.length === ALL.length);
  for (const inputs of services) {
    applyObserved(server, { endpointSlices: complete(inputs).endpointSlices });
  }
  const kinds = (await Promise.all(verdicts)).map(({ verdict }) => verdict.kind);
  expect(kinds).toEqual(services.map(() => "ready"));
  expect(server.requests.filter((request) => request.startsWith("watch")).sort()).toEqual(
    ALL.map((resource) => `watch ${resource}`),
  );
  await until(() => server.watching.length === 0);
}, 15_000);

test("a release is judged again only when something of its own changes", async () => {
  const others = Array.from({ length: 20 }, (_, index) => release({ service: `s${index}` }));
  applyObserved(server, UNROUTED);
  const subscription = cluster.follow(release());
  await until(() => subscription.synced && server.watching.length === ALL.length);
  subscription.observe();
  let woken = false;
  void subscription.changed(60_000, interruption.signal).then(() => (woken = true));
  const last = cluster.follow(others[19] ?? release());
  last.observe();
  const seen = last.changed(60_000, interruption.signal);
  for (const other of others) {
    applyObserved(server, complete(other));
  }
  await seen;
  expect(woken).toBe(false);
  last.close();
  applyObserved(server, { endpointSlices: [SLICE] });
  await until(() => woken);
  subscription.close();
});

test("the Ingress is watched only where a release has one", async () => {
  applyObserved(server, UNROUTED);
  void verdictOn(release({ ingress: { name: "shop", awaitAddress: true } }));
  await until(() => server.watching.includes("ingresses"));
});

test("lists longer than a page are read to their end", async () => {
  for (let index = 0; index < 1200; index += 1) {
    server.apply("pods", { metadata: { name: `other-${index}`, uid: `other-${index}` } });
  }
  applyObserved(server, complete());
  expect((await verdictOn()).verdict.kind).toBe("ready");
  expect(server.requests.filter((request) => request === "list pods")).toHaveLength(3);
});

describe("no event is lost", () => {
  test("when watches are cut off", async () => {
    applyObserved(server, UNROUTED);
    const verdict = verdictOn();
    await until(() => server.watching.length === ALL.length);
    server.dropWatches();
    applyObserved(server, { endpointSlices: [SLICE] });
    expect((await verdict).verdict.kind).toBe("ready");
    expect(server.requests.filter((request) => request === "list endpointslices")).toHaveLength(1);
  });

  test("when the server has forgotten where a watch was", async () => {
    applyObserved(server, UNROUTED);
    const verdict = verdictOn();
    await until(() => server.watching.length === ALL.length);
    server.apply("services", { metadata: { name: "another", uid: "another" } });
    server.dropWatches();
    applyObserved(server, { endpointSlices: [SLICE] });
    server.forget();
    expect((await verdict).verdict.kind).toBe("ready");
    expect(server.requests).toContain("list endpointslices");
  });

  test("when an object went while nobody watched", async () => {
    applyObserved(server, { ...UNROUTED, pods: [...UNROUTED.pods] });
    const subscription = cluster.follow(release());
    await until(() => subscription.synced && server.watching.length === ALL.length);
    server.dropWatches();
    server.delete("pods", "shop-new-2");
    server.forget();
    await until(() => subscription.observe().pods.length === 1);
    subscription.close();
  });

  test("when the API server restarts", async () => {
    applyObserved(server, UNROUTED);
    const told: string[] = [];
    const verdict = verdictOn(release(), (text) => told.push(text));
    await until(() => server.watching.length === ALL.length);
    await server.stop();
    await until(() =>
      told.some((text) => /no answer from the API server.*ECONNREFUSED/.test(text)),
    );
    await server.resume();
    applyObserved(server, { endpointSlices: [SLICE] });
    expect((await verdict).verdict.kind).toBe("ready");
    expect(told.join()).toMatch(/ECONNREFUSED/);
  }, 15_000);

  test.each([429, 500, 503])("when the server answers %i for a while", async (status) => {
    applyObserved(server, complete());
    server.faults.set("list pods", status);
    const verdict = verdictOn();
    await until(() => server.requests.filter((request) => request === "list pods").length >= 3);
    server.faults.clear();
    expect((await verdict).verdict.kind).toBe("ready");
  });
});

test("a slow server is waited for", async () => {
  applyObserved(server, complete());
  server.slowness = 300;
  expect((await verdictOn()).verdict.kind).toBe("ready");
});

test("a right that was granted a moment ago is not missed", async () => {
  applyObserved(server, complete());
  server.faults.set("list pods", 403);
  const verdict = verdictOn();
  await until(() => server.requests.includes("list pods"));
  server.faults.clear();
  expect((await verdict).verdict.kind).toBe("ready");
});

test("events that may not be read are no reason to fail", async () => {
  applyObserved(server, complete());
  server.faults.set("list events", 403);
  expect((await verdictOn()).verdict.kind).toBe("ready");
});

test("a Deployment that only the watch has not seen yet is not missing", async () => {
  applyObserved(server, { ...complete(), deployment: undefined });
  const subscription = cluster.follow(release());
  await until(() => subscription.synced && server.watching.length === ALL.length);
  server.silent = "deployments";
  applyObserved(server, { deployment: deployment("shop") });
  const verdict = verdictOn();
  await until(() => server.requests.includes("get deployments"));
  server.silent = undefined;
  server.dropWatches();
  expect((await verdict).verdict.kind).toBe("ready");
  subscription.close();
});

test("a Deployment that is deleted during the wait is missing at once", async () => {
  applyObserved(server, UNROUTED);
  const verdict = verdictOn();
  await until(() => server.watching.length === ALL.length);
  server.delete("deployments", "shop");
  expect((await verdict).verdict).toMatchObject({ kind: "failed", reason: "deployment-missing" });
});

test.each([
  ["namespace-missing", undefined],
  ["namespace-terminating", "Terminating"],
])("a Deployment that went with its namespace is told as %s", async (reason, phase) => {
  server.delete("namespaces", "shop-dev");
  if (phase !== undefined) {
    const namespace = { metadata: { name: "shop-dev", uid: "shop-dev" }, status: { phase } };
    server.apply("namespaces", namespace);
  }
  expect((await verdictOn()).verdict).toMatchObject({ kind: "failed", reason });
});

test("a namespace on its way out is told while the Deployment is still there", async () => {
  const gone = readyPod("shop-new-1", "shop-new-uid");
  const leaving = { ...gone.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  applyObserved(server, { ...UNROUTED, pods: [{ ...gone, metadata: leaving }] });
  const metadata = { name: "shop-dev", uid: "shop-dev" };
  const namespace = { metadata, status: { phase: "Terminating" } };
  server.apply("namespaces", namespace);
  expect((await verdictOn()).verdict).toMatchObject({ reason: "namespace-terminating" });
});

test("an interruption ends the wait at once", async () => {
  applyObserved(server, UNROUTED);
  const verdict = verdictOn();
  await until(() => server.watching.length === ALL.length);
  interruption.abort();
  expect((await verdict).verdict).toMatchObject({ kind: "failed", reason: "interrupted" });
});

describe("a later generation than the release's that is there from the first", () => {
  const written = (manager: string, time: string, ...fields: readonly string[]) => ({
    manager,
    operation: "Apply",
    time,
    fieldsV1: { "f:spec": Object.fromEntries(fields.map((field) => [field, {}])) },
  });
  const later = (...managedFields: readonly object[]) => {
    const template = { spec: { containers: [{ name: "shop", image: IMAGE }] } };
    const { metadata, ...rest } = deployment("shop", { template }, { observedGeneration: 3 });
    const object = { ...rest, metadata: { ...metadata, generation: 3, managedFields } };
    applyObserved(server, { ...complete(), deployment: object });
  };
  /** Whole seconds from now, as the API server keeps them. */
  const at = (seconds: number) =>
    new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, "");
  const applied = written("pulumi-kubernetes-1", at(0), "f:replicas", "f:template");

  test("is superseded where somebody else has written the pods since", async () => {
    later(applied, written("kubectl-set", at(0), "f:template"));
    expect((await verdictOn()).verdict).toMatchObject({
      kind: "failed",
      reason: "superseded",
      message: expect.stringMatching(/generation 3 has other pods than generation 2/) as string,
    });
  });

  test("is the release itself where somebody has only restarted its pods since", async () => {
    const annotations = { "f:annotations": { "f:kubectl.kubernetes.io/restartedAt": {} } };
    const fieldsV1 = { "f:spec": { "f:template": { "f:metadata": annotations } } };
    later(applied, { ...written("kubectl-rollout", at(0)), fieldsV1 });
    expect((await verdictOn()).verdict).toMatchObject({ kind: "ready" });
  });

  const scaled = written("kubectl", at(0), "f:replicas");

  test("has failed where somebody has taken its pods away since", async () => {
    const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
    later(applied, scaled);
    const template = { spec: { containers: [{ name: "shop", image: IMAGE }] } };
    const { metadata, ...rest } = deployment(
      "shop",
      { template, replicas: 0 },
      { ...none, observedGeneration: 3 },
    );
    const managedFields = [applied, scaled];
    const object = { ...rest, metadata: { ...metadata, generation: 3, managedFields } };
    const observed = { ...complete(), deployment: object, pods: [], endpointSlices: [] };
    applyObserved(server, observed);
    expect((await verdictOn()).verdict).toMatchObject({
      kind: "failed",
      reason: "scaled",
      message: expect.stringMatching(/\(kubectl\) has scaled the deployment to 0 since/) as string,
    });
  });

  test("is ready with a remark where somebody has scaled it otherwise", async () => {
    later(applied, scaled);
    expect((await verdictOn()).verdict).toMatchObject({
      kind: "ready",
      notes: [expect.stringMatching(/\(kubectl\) has scaled the deployment to 2 since/) as string],
    });
  });

  test.each([
    ["an autoscaler has moved the replicas", applied, written("hpa", at(0), "f:replicas")],
    [
      "the pods were written before it was applied",
      applied,
      written("kubectl-set", at(-9), "f:template"),
    ],
    [
      "the pods were restarted before the run",
      written("pulumi-kubernetes-1", at(-7200), "f:replicas", "f:template"),
      written("kubectl-rollout", at(-3600), "f:template"),
    ],
  ])("is the release where %s", async (_case, own, other) => {
    later(own, other);
    expect((await verdictOn()).verdict.kind).toBe("ready");
  });
});

describe("an API server that takes requests and never answers", () => {
  test("ends the wait when its time is over", async () => {
    server.hangs = true;
    expect((await verdictOn(release({ timeoutSeconds: 1 }))).verdict).toMatchObject({
      kind: "failed",
      reason: "cluster-unreachable",
    });
  });

  test("keeps no closer look beyond that, either", async () => {
    applyObserved(server, UNROUTED);
    const verdict = verdictOn(release({ timeoutSeconds: 2 }));
    await until(() => server.watching.length === ALL.length);
    server.hangs = true;
    server.delete("deployments", "shop");
    expect((await verdict).verdict).toMatchObject({ reason: "deployment-missing" });
    expect(server.requests).toContain("get deployments");
  });
});

describe("a credential plugin that hangs", () => {
  let plugin: HangingPlugin;
  let hanging: Cluster;
  beforeEach(() => {
    plugin = new HangingPlugin(folderWith({}));
    hanging = new Cluster(new KubeconfigApi(kubeconfigOf(server.url, { user: plugin.user })));
  });
  const named = /credential plugin ".*node" of user "test" does not answer/;
  const verdictBy = (timeoutSeconds: number) =>
    awaitVerdict(new AwaitedRelease(hanging, release()), {
      signal: interruption.signal,
      timeoutSeconds,
      progress: () => undefined,
    });

  test("ends the wait when its time is over, and is named", async () => {
    expect((await verdictBy(1)).verdict).toMatchObject({
      kind: "failed",
      reason: "cluster-unauthorized",
      message: expect.stringMatching(named) as unknown,
    });
  });

  test("holds up no interruption", async () => {
    const verdict = verdictBy(600);
    await until(() => plugin.starts() > 0);
    interruption.abort();
    expect((await verdict).verdict).toMatchObject({ reason: "interrupted" });
  });

  test("is killed when nobody waits for it any more", async () => {
    const end = new AbortController();
    const asked = hanging.api.open(end.signal);
    await until(() => plugin.starts() > 0);
    end.abort();
    await expect(asked).rejects.toThrow(named);
    await until(() => !plugin.isRunning());
  });

  test("has no more time than a request", async () => {
    let end = new AbortController();
    const timeout = jest.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
      expect(milliseconds).toBe(20_000);
      end = new AbortController();
      return end.signal;
    });
    const on = { opened: () => undefined, event: () => undefined };
    const { api } = hanging;
    const calls = [
      () => api.open(),
      () => api.get("/readyz"),
      () => api.watch("/api/v1/pods", {}, on, interruption.signal),
    ];
    for (const [index, call] of calls.entries()) {
      const asked = call();
      await until(() => plugin.starts() > index);
      end.abort();
      await expect(asked).rejects.toThrow(named);
    }
    timeout.mockRestore();
  });
});

test("a watch that is opened again and again leaves nothing behind", async () => {
  const api = new KubeconfigApi(kubeconfigOf(server.url));
  const counts = new Set<number>();
  for (let rest = 1000; rest > 0; rest -= 1) {
    server.forget();
    let opened = 0;
    const on = { opened: () => (opened += 1), event: () => undefined };
    const path = "/api/v1/namespaces/shop-dev/pods";
    await api.watch(path, { resourceVersion: 0 }, on, interruption.signal);
    expect(opened).toBe(1);
    counts.add(getEventListeners(interruption.signal, "abort").length);
  }
  expect(counts).toEqual(new Set([0]));
}, 30_000);

describe("without waiting", () => {
  test("a release that broke is told", async () => {
    const pods = [
      unreadyPod("shop-new-1", "shop-new-uid"),
      unreadyPod("shop-new-2", "shop-new-uid"),
    ];
    applyObserved(server, { ...complete(), pods });
    const { verdict } = await presentVerdict(
      new AwaitedRelease(cluster, release()),
      interruption.signal,
    );
    expect(verdict).toMatchObject({ kind: "failed", reason: "not-ready" });
  });
});

test("a context that the kubeconfig does not have is named, with those that it has", async () => {
  const config = kubeconfigOf(server.url);
  await expect(new KubeconfigApi({ ...config, context: "prod" }).open()).rejects.toThrow(
    /context prod is not in .*, which has test; set one of these/,
  );
});

test("a kubeconfig that is not there is an error that names it", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "slipway-")), "none");
  await expect(new KubeconfigApi({ kubeconfig: file, context: "test" }).open()).rejects.toThrow(
    file,
  );
});

// Proves what is asked and told of missing rights against an API server in this process; test/e2e/preflight.test.ts
// proves with a real account that a real API server's answers are understood.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { COLLECTIONS, neededFor } from "../../provider/cluster/collection.ts";
import { AwaitedRelease } from "../../provider/readiness/awaited-release.ts";
import type { Proof } from "../../provider/verdict/finding.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { shortcomings } from "../../provider/waiting/forbidden.ts";
import { awaitVerdict, type Judgement, presentVerdict } from "../../provider/waiting/wait.ts";
import { resourceOf, rightsOfVerdict } from "../../rights.ts";
import { ApiServer } from "../support/api-server.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { applyObserved } from "../support/observed.ts";
import { complete, endpointSlice, release } from "../support/release-objects.ts";
import { until } from "../support/until.ts";

const ASK = "create selfsubjectaccessreviews";
const ALL = ["deployments", "endpointslices", "pods", "replicasets", "services"];
const UNROUTED = { ...complete(), endpointSlices: [] };
const SLICE = endpointSlice("shop", complete().pods);

let server: ApiServer;
let cluster: Cluster;
let interruption: AbortController;

beforeEach(async () => {
  server = await ApiServer.start();
  interruption = new AbortController();
  cluster = new Cluster(new KubeconfigApi(kubeconfigOf(server.url)));
});
afterEach(async () => {
  interruption.abort();
  cluster.close();
  await server.stop();
});
afterAll(removeFolders);

function verdictOn(inputs: ReadinessInputs = release()): Promise<Judgement<Observed, Proof>> {
  const { signal } = interruption;
  const awaited = new AwaitedRelease(cluster, inputs);
  return awaitVerdict(awaited, { signal, timeoutSeconds: 0, progress: () => undefined });
}

function forbid(...acts: readonly string[]): void {
  for (const act of acts) {
    server.faults.set(act, 403);
  }
}

test.each([
  { serviceName: "shop" },
  { serviceName: "shop", ingress: { name: "shop", awaitAddress: true } },
  { serviceName: "shop", routes: ["shop"] },
  {},
])("the rights to list and watch are those that are used, with %j", (has) => {
  const scope = { namespace: "shop-dev", logs: true, rollback: true };
  const rights = rightsOfVerdict({
    ...scope,
    service: "serviceName" in has,
    ingress: "ingress" in has,
    route: "routes" in has,
  });
  const resources = (verb: string, isRequired: boolean) =>
    rights
      .filter(({ verb: own, required }) => own === verb && required === isRequired)
      .map(resourceOf);
  const needed = neededFor(has).map((name) => resourceOf(COLLECTIONS[name]));
  for (const verb of ["list", "watch"]) {
    expect(resources(verb, true)).toEqual(needed);
    expect(resources(verb, false)).toEqual([resourceOf(COLLECTIONS.warnings)]);
  }
});

test("what a verdict asks of the API server is what its rights allow", async () => {
  const inputs = release({ ingress: { name: "shop", awaitAddress: false } });
  applyObserved(server, { ...complete(), ingress: { metadata: { name: "shop", uid: "i" } } });
  await verdictOn(inputs);
  const { signal } = interruption;
  await cluster.deployment("shop-dev", { name: "shop" }, signal);
  await cluster.namespaceGone("shop-dev", signal);
  await cluster.hasIngressClass("nginx", signal);
  await cluster.log("shop-dev", { pod: "p", container: "c", previous: false }, signal);
  const how = { patch: [], fieldManager: "test" };
  await cluster.patchDeployment("shop-dev", { name: "shop" }, how, signal);
  const scope = { namespace: "shop-dev", ingress: true, logs: true, rollback: true };
  const allowed = rightsOfVerdict(scope).map(
    ({ verb, resource, subresource }) =>
      `${verb} ${[resource, subresource].filter(Boolean).join("/")}`,
  );
  const asked = server.requests.filter((request) => !request.endsWith("reviews"));
  expect([...new Set(asked)].sort()).toEqual(allowed.sort());
});

test("docs/rights.md lists them all", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/rights.md"), "utf8");
  const rows = [...page.matchAll(/^\| ([a-z, ]+) \| `([^`]+)` \| (.+) \|$/gm)].flatMap(
    ([, verbs = "", resource = "", use = ""]) =>
      verbs.split(", ").map((verb) => `${verb} ${resource}: ${use}`),
  );
  const scope = { namespace: "shop-dev", ingress: true, route: true, logs: true, rollback: true };
  const rights = rightsOfVerdict(scope).map(
    (right) =>
      `${right.verb} ${resourceOf(right)}: ${right.purpose}${right.required ? "" : " (optional)"}`,
  );
  expect(rows.sort()).toEqual(rights.sort());
});

test("missing rights end the wait with all of them in one table, and how to grant them", async () => {
  applyObserved(server, UNROUTED);
  forbid("watch replicasets", "list events", "get pods/log", "patch deployments");
  expect((await verdictOn()).verdict).toMatchObject({
    kind: "failed",
    reason: "forbidden",
    object: "namespace shop-dev",
    message: "ci may not watch replicasets.apps in namespace shop-dev",
    notes: [
      "  verb   resource          namespace  for",
      "  watch  replicasets.apps  shop-dev   verdict",
      "  list   events            shop-dev   evidence (optional)",
      "  get    pods/log          shop-dev   evidence (optional)",
      "  patch  deployments.apps  shop-dev   rollback (optional)",
      "remedy: an administrator grants them: to Jenkins' lanes with pulumi up, to others with",
      "  kubectl --namespace shop-dev create role slipway-verdict --verb=watch --resource=replicasets.apps",
      "  kubectl --namespace shop-dev create rolebinding slipway-verdict --role=slipway-verdict --user=ci",
      "  kubectl --namespace shop-dev create role slipway-verdict-2 --verb=list --resource=events",
      "  kubectl --namespace shop-dev create rolebinding slipway-verdict-2 --role=slipway-verdict-2 --user=ci",
      "  kubectl --namespace shop-dev create role slipway-verdict-3 --verb=get --resource=pods/log",
      "  kubectl --namespace shop-dev create rolebinding slipway-verdict-3 --role=slipway-verdict-3 --user=ci",
      "  kubectl --namespace shop-dev create role slipway-verdict-4 --verb=patch --resource=deployments.apps",
      "  kubectl --namespace shop-dev create rolebinding slipway-verdict-4 --role=slipway-verdict-4 --user=ci",
    ],
  });
});

test("rights to the same acts are granted by one role, those on the cluster by a ClusterRole", async () => {
  const verbs = ["list", "watch"];
  forbid(...verbs.map((verb) => `${verb} pods`), ...verbs.map((verb) => `${verb} services`));
  forbid("get ingressclasses");
  const { verdict } = await verdictOn(release({ ingress: { name: "shop", awaitAddress: true } }));
  const commands = "notes" in verdict ? (verdict.notes ?? []).slice(5) : [];
  expect(commands.filter((line) => !line.includes("binding"))).toEqual([
    "  kubectl --namespace shop-dev create role slipway-verdict --verb=list,watch --resource=pods,services",
    "  kubectl create clusterrole slipway-verdict-2 --verb=get --resource=ingressclasses.networking.k8s.io",
  ]);
});

test("a right is asked for that no list or watch would miss", async () => {
  applyObserved(server, UNROUTED);
  forbid("get deployments");
  expect((await verdictOn()).verdict).toMatchObject({
    reason: "forbidden",
    message: "ci may not get deployments.apps in namespace shop-dev",
  });
});

test("a right that is taken away during the wait is told in the same table", async () => {
  applyObserved(server, UNROUTED);
  const verdict = verdictOn();
  await until(() => server.watching.includes("pods"));
  await until(() => server.requests.filter((request) => request === ASK).length >= 16);
  forbid("list pods", "watch pods");
  server.dropWatches();
  expect((await verdict).verdict).toMatchObject({
    reason: "forbidden",
    message: "ci may not list and watch pods in namespace shop-dev",
    notes: expect.arrayContaining(["  list,watch  pods      shop-dev   verdict"]) as unknown,
  });
});

describe("where the API server does not say what rights there are", () => {
  test.each([403, 429, 500])("a release gets ready: %i", async (status) => {
    server.faults.set(ASK, status);
    applyObserved(server, complete());
    expect((await verdictOn()).verdict.kind).toBe("ready");
  });

  test("what it refuses ends the wait", async () => {
    server.faults.set(ASK, 500);
    applyObserved(server, UNROUTED);
    forbid("watch pods");
    expect((await verdictOn()).verdict).toMatchObject({
      reason: "forbidden",
      message: expect.stringMatching(/^this identity may not watch pods in namespace/) as unknown,
    });
  });
});

test.each([
  [
    401,
    "cluster-unauthorized",
    /^user "test": the API server refuses the credentials \(401\); log in again, or get a new kubeconfig$/,
  ],
  [404, "forbidden", /^the API server does not serve [a-z0-9., ]+ in namespace shop-dev: /],
])("a refusal by HTTP %i is no matter of rights", async (status, reason, words) => {
  applyObserved(server, UNROUTED);
  for (const name of ALL) {
    server.faults.set(`list ${name}`, status);
  }
  server.faults.set(ASK, status);
  expect((await verdictOn(release({ timeoutSeconds: 2 }))).verdict).toMatchObject({
    reason,
    message: expect.stringMatching(words) as unknown,
  });
});

test("rights that only make the evidence poorer fail no release, and are told beside another verdict", async () => {
  applyObserved(server, complete());
  forbid("list events", "watch events", "get pods/log");
  expect((await verdictOn()).verdict.kind).toBe("ready");
  const finding = { reason: "crash-loop", object: "pod shop", message: "exit code 1" } as const;
  expect(
    await shortcomings(new AwaitedRelease(cluster, release()), finding, interruption.signal),
  ).toEqual([
    "ci may not list and watch events, get pods/log, so this report lacks what they are for",
  ]);
});

test("releases of a namespace ask once", async () => {
  applyObserved(server, UNROUTED);
  const verdicts = Array.from({ length: 20 }, () => verdictOn());
  await until(() => server.watching.includes("endpointslices"));
  applyObserved(server, { endpointSlices: [SLICE] });
  await Promise.all(verdicts);
  const scope = { namespace: "shop-dev", ingress: false, logs: true, rollback: true };
  const asked = server.requests.filter((request) => request === ASK);
  expect(asked.length).toBeLessThanOrEqual(rightsOfVerdict(scope).length);
});

test("without waiting, missing rights are an error with the table", async () => {
  forbid("list pods");
  await expect(
    presentVerdict(new AwaitedRelease(cluster, release()), interruption.signal),
  ).rejects.toThrow(
    /^shop: ci may not list pods in namespace shop-dev\n  verb .*\n  list  pods .*\nremedy: /,
  );
});

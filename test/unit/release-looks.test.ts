// A fake API server has the other stack's pods.
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { releaseLooks } from "../../provider/release-looks.ts";
import { ApiServer } from "../support/api-server.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(() => server.stop());
afterAll(removeFolders);

const DIGEST = `sha256:${"a".repeat(64)}`;
const T = { recorded: "2026-11-21T11:00:00.000Z", later: "2026-11-21T11:59:00Z" };

function pod(name: string, ready: boolean, since: string, more: object = {}) {
  server.apply("pods", {
    metadata: { name, uid: name },
    spec: { containers: [{ name: "shop", image: `registry.example.com/shop@${DIGEST}` }] },
    status: {
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: since }],
      containerStatuses: [
        { name: "shop", restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } },
      ],
    },
    ...more,
  } as never);
}

function deployment(replicas: number, readyReplicas: number) {
  const metadata = { name: "shop", uid: "d" };
  server.apply("deployments", { metadata, spec: { replicas }, status: { readyReplicas } } as never);
}

async function look(...names: readonly string[]) {
  const pods = names.map((name) => ({ name, readyAt: T.recorded }));
  const args = { releases: { shop: { namespace: "dev", digest: DIGEST, pods } } };
  const api = new KubeconfigApi(kubeconfigOf(server.url));
  const { looks } = await releaseLooks(args, api, new AbortController().signal);
  return (looks as Record<string, object>)["shop"];
}

test("a release whose pods are ready as before has nothing to be told", async () => {
  pod("one", true, T.recorded);
  deployment(1, 1);
  expect(await look("one")).toEqual({});
});

test("a pod that crashes is told", async () => {
  pod("one", false, T.later);
  pod("two", true, T.recorded);
  expect(await look("one", "two")).toEqual({
    fault: "pod one: container shop is CrashLoopBackOff after 4 restarts",
  });
});

test("fewer ready pods than are asked for are told", async () => {
  pod("one", true, T.recorded);
  deployment(3, 1);
  expect(await look("one")).toEqual({ fault: "1 of 3 pods are ready" });
});

test("pods that have all ceased to be ready for a time are as young as the first that is ready again", async () => {
  pod("one", true, T.later);
  expect(await look("one")).toEqual({ readySince: "2026-11-21T11:59:00.000Z" });
  pod("two", true, T.recorded);
  expect(await look("one", "two")).toEqual({});
});

test("a pod that leaves, or is over, is no fault", async () => {
  const deletionTimestamp = T.later;
  pod("one", true, T.recorded);
  pod("two", false, T.later, { metadata: { name: "two", uid: "two", deletionTimestamp } });
  pod("three", false, T.later, { status: { phase: "Failed", reason: "Evicted" } });
  expect(await look("one", "two", "three")).toEqual({});
});

test("pods of another cluster, of another image, or that may not be looked at say nothing", async () => {
  expect(await look("one")).toBeUndefined();
  pod("one", false, T.later, { spec: { containers: [{ name: "shop", image: "other:1" }] } });
  expect(await look("one")).toBeUndefined();
  pod("one", false, T.later);
  server.faults.set("get pods", 403);
  expect(await look("one")).toBeUndefined();
});

test("a cluster that does not answer says nothing", async () => {
  await server.stop();
  expect(await look("one")).toBeUndefined();
});

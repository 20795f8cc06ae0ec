// A fake API server has the namespace; a real one's end is held up in test/e2e where the platform has a dead API.
import { requireNamespace, SlipwayProvider } from "../../components/index.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { namespaceEnd } from "../../provider/namespace-end.ts";
import { ApiServer } from "../support/api-server.ts";
import { deploy } from "../support/engine.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(async () => {
  await server.stop();
  removeFolders();
});
const never = new AbortController().signal;
const asked = () => namespaceEnd(new KubeconfigApi(kubeconfigOf(server.url)), "shop", never);

const DELETED = "2026-11-21T10:00:00Z";
const namespace = (conditions: readonly object[], deletionTimestamp?: string) => {
  const metadata = { name: "shop", uid: "1", ...(deletionTimestamp && { deletionTimestamp }) };
  server.apply("namespaces", { metadata, status: { conditions } } as never);
};
const discovery = {
  type: "NamespaceDeletionDiscoveryFailure",
  status: "True",
  reason: "DiscoveryFailed",
  message: "Discovery failed for some groups:\nmetrics.example.com/v1: stale",
};

test("a namespace that is not there, or stays, is told nothing of", async () => {
  expect(await asked()).toEqual({});
  namespace([]);
  expect(await asked()).toEqual({});
});

test("what holds up its end is told, with the remedy", async () => {
  namespace(
    [discovery, { ...discovery, type: "NamespaceContentRemaining", status: "False" }],
    DELETED,
  );
  expect(await asked()).toEqual({
    told: "namespace shop is being deleted since 2026-11-21T10:00:00Z; DiscoveryFailed: Discovery failed for some groups: metrics.example.com/v1: stale",
    remedy:
      "fix the API that cannot be reached, or delete its APIService (kubectl get apiservices)",
  });
});

test("an end that takes its time is waited for", async () => {
  namespace([], DELETED);
  expect(await asked()).toEqual({
    told: "namespace shop is being deleted since 2026-11-21T10:00:00Z",
    remedy: "wait for its end",
  });
});

test("texts of the cluster are cut and have nothing that a terminal acts on", async () => {
  namespace([{ ...discovery, message: `\u001b[31m${"x".repeat(1 << 20)}` }], DELETED);
  const { told = "" } = await asked();
  expect(told).not.toContain("\u001b");
  expect(told.length).toBeLessThan(700);
});

test("whoever may not look at it is told nothing", async () => {
  server.faults.set("get namespaces", 403);
  expect(await asked()).toEqual({});
});

test("a run into a namespace that is being deleted ends with what is to be done", async () => {
  const answer = { told: "namespace shop is being deleted since now", remedy: "wait for its end" };
  const outcome = async (told: Record<string, unknown>) => {
    const { result } = await deploy(
      () => {
        const provider = new SlipwayProvider("slipway", { kubeconfig: "k", context: "c" });
        return { done: requireNamespace("shop", provider).catch((error: unknown) => error) };
      },
      { answer: () => told },
    );
    return (await result.done) as Error | undefined;
  };
  expect((await outcome(answer))?.message).toBe(
    "namespace shop is being deleted since now; wait for its end; then run pulumi up --refresh",
  );
  expect(await outcome({})).toBeUndefined();
});

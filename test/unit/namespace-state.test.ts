// A fake API server has the namespace; a real one's end is held up in test/e2e where the platform has a dead API.
import { Namespace, requireNamespace, SlipwayProvider } from "../../components/index.ts";
import { goesWith } from "../../components/namespace.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { namespaceState } from "../../provider/namespace-state.ts";
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
const stateOf = (name: string) =>
  namespaceState(new KubeconfigApi(kubeconfigOf(server.url)), name, never);
const asked = async () => (await stateOf("shop")).end;

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
  expect(await asked()).toBeUndefined();
  namespace([]);
  expect(await asked()).toBeUndefined();
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
  const { told = "" } = (await asked()) ?? {};
  expect(told).not.toContain("\u001b");
  expect(told.length).toBeLessThan(700);
});

test("whoever may not look at it is told nothing", async () => {
  server.faults.set("get namespaces", 403);
  expect(await asked()).toBeUndefined();
});

test("a run into a namespace that is being deleted ends with what is to be done", async () => {
  const answer = { told: "namespace shop is being deleted since now", remedy: "wait for its end" };
  const outcome = async (told: Record<string, unknown>) => {
    const { result } = await deploy(
      () => {
        const provider = new SlipwayProvider("slipway", { kubeconfig: "k", context: "c" });
        const done = requireNamespace("shop", provider).then(() => undefined);
        return { done: done.catch((error: unknown) => error) };
      },
      { answer: () => told },
    );
    return (await result.done) as Error | undefined;
  };
  expect((await outcome({ end: answer }))?.message).toBe(
    "namespace shop is being deleted since now; wait for its end; then run pulumi up --refresh",
  );
  expect(await outcome({})).toBeUndefined();
});

test("its existence and its Pod Security level are told, and nothing to whoever may not look", async () => {
  const state = () => stateOf("team");
  server.faults.clear();
  expect(await state()).toEqual({ exists: false });
  const metadata = { name: "team", uid: "2" };
  server.apply("namespaces", { metadata });
  expect(await state()).toEqual({ exists: true });
  const labels = { "pod-security.kubernetes.io/enforce": "baseline" };
  server.apply("namespaces", { metadata: { ...metadata, labels } });
  expect(await state()).toEqual({ exists: true, level: "baseline" });
  server.faults.set("get namespaces", 403);
  expect(await state()).toEqual({});
});

describe("a namespace that", () => {
  const URN = "urn:pulumi:test::slipway";
  /** What a run says into the namespace `team`. */
  async function outcomeOf(
    exists: boolean,
    creator: "stack" | "others" | "controller",
    known: readonly string[],
    failing = false,
  ): Promise<string> {
    const { result } = await deploy(
      () => {
        const provider = new SlipwayProvider("slipway", { kubeconfig: "k", context: "c" });
        const done = requireNamespace("team", provider, creator).then(() => "delivers");
        return { done: done.catch((error: unknown) => (error as Error).message) };
      },
      {
        answer: ({ token }) => {
          switch (token) {
            case "slipway:index:namespaceState":
              return { exists };
            case "slipway:index:stackState":
              return { exists: known.length > 0 || failing };
            case "pulumi:pulumi:readStackResourceOutputs":
              if (failing) {
                throw new Error("no key");
              }
              return {
                outputs: Object.fromEntries(known.map((urn) => [`${URN}::${urn}::team`, {}])),
              };
            default:
              return {};
          }
        },
      },
    );
    return result.done;
  }
  const OWN = "kubernetes:core/v1:Namespace";
  const MARK = "slipway:index:ExistingNamespace";

  test("exists is only for the stack that has created it, or says that it exists", async () => {
    expect(await outcomeOf(true, "stack", [])).toBe(
      "slipway:namespace: got team, which exists, and this stack has not created it; write {name: team, exists: true} to deliver into it as it is, or choose another name; if a killed run of this stack has created it, run npx slipway recover",
    );
    expect(await outcomeOf(true, "stack", ["kubernetes:core/v1:Secret"])).toMatch(
      /this stack has not created it/,
    );
    expect(await outcomeOf(true, "stack", [OWN])).toBe("delivers");
    expect(await outcomeOf(true, "others", [])).toBe("delivers");
    expect(await outcomeOf(true, "others", [OWN])).toBe("delivers");
  });

  test("others have created does not become the stack's own, which it would delete", async () => {
    expect(await outcomeOf(true, "stack", [OWN, MARK])).toMatch(
      /^slipway:namespace: got team without exists: true, but this stack uses the namespace as one that others have created: .*write \{name: team, exists: true\}/,
    );
  });

  test("does not exist is created, unless the settings say that it exists", async () => {
    expect(await outcomeOf(false, "stack", [])).toBe("delivers");
    expect(await outcomeOf(false, "others", [OWN])).toBe(
      "slipway:namespace: got team with exists: true, and the cluster has no such namespace; create it (kubectl create namespace team), or write namespace: team and the stack creates it",
    );
  });

  test("exists may be the controller's work, which a stack that is handed off begins with or comes to", async () => {
    expect(await outcomeOf(true, "controller", [])).toBe("delivers");
    expect(await outcomeOf(false, "controller", [])).toBe("delivers");
  });

  test("exists may be the stack's own for whoever cannot read its state", async () => {
    expect(await outcomeOf(true, "stack", [], true)).toBe("delivers");
  });
});

test("one that exists is read, given up by the engine, and nothing in it goes with it", async () => {
  const { result, declared } = await deploy((opts) => {
    const own = new Namespace("own", opts);
    const existing = new Namespace("team", opts, { exists: true, level: "baseline" });
    return [goesWith(own), goesWith(existing), existing.level];
  });
  expect(result[0]).toMatchObject({ deletedWith: { name: "own" } });
  expect(result.slice(1)).toEqual([{}, "baseline"]);
  const read = declared.find(({ name, type }) => name === "team" && type.includes("Namespace"));
  expect(read?.opts).toMatchObject({ id: "team" });
});

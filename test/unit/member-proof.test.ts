// Proves what the provider does with members of groups; that controllers then do their part is for test/e2e/groups.test.ts.
import type { GroupFailure } from "../../contract/group.ts";
import { ROLLED_BACK } from "../../contract/marks.ts";
import type { ReadinessOutputs } from "../../contract/readiness.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { UNSEEN } from "../../provider/verdict/objects.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import { ApiServer } from "../support/api-server.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { applyObserved } from "../support/observed.ts";
import {
  complete,
  deployment,
  digest,
  endpointSlice,
  readyPod,
  release,
  replicaSet,
} from "../support/release-objects.ts";
import {
  EARLIER,
  EARLIER_TEMPLATE,
  earlierReplicaSet,
  failing,
  NEW_TEMPLATE,
  settle,
} from "../support/rollback-objects.ts";

const GROUP = { name: "checkout", set: "0123456789ab", members: ["ledger", "shop", "cart"] };
const FAILED: GroupFailure = { member: "cart", reason: "crash-loop" };
const inputs = (failed?: GroupFailure, set = GROUP.set): Properties => ({
  ...release(),
  failsLate: true,
  group: { ...GROUP, set, ...(failed && { failed }) },
});

const RECORD = {
  ...EARLIER,
  version: 1,
  dirty: false,
  namespace: "shop-dev",
  verdict: "ready",
  reason: null,
  generation: 1,
  pods: [],
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 3,
  previous: null,
  warnings: [],
  running: null,
  evidence: null,
} as const;
const STORED = { ...inputs(), release: RECORD, lastReady: EARLIER };

let server: ApiServer;
let provider: SlipwayProvider;
let cluster: Cluster | undefined;
let told: string[];
beforeEach(async () => {
  server = await ApiServer.start();
  provider = new SlipwayProvider((config) => (cluster = new Cluster(new KubeconfigApi(config))));
  provider.configure({ ...kubeconfigOf(server.url) });
  server.patchedObject = (object) => {
    settle(server, object);
    remove("pods", "shop-new-1", "shop-new-2");
    applyObserved(server, { ...UNSEEN, ...earlierPods() });
  };
  told = [];
});
afterEach(async () => {
  provider.cancel();
  cluster?.close();
  await server.stop();
});

function subjectOf(type: string): Subject {
  const tell = (message: string) => {
    told.push(message);
  };
  const log = { info: tell, warn: tell, error: tell, status: () => undefined };
  return { urn: `urn:pulumi:dev::shop::${type}::shop`, type, name: "shop", log };
}

const change = (news: Properties, oldOutputs: Properties) => ({
  id: "shop-dev/shop",
  oldInputs: inputs(),
  oldOutputs,
  news,
  ignoreChanges: [],
});

/** The outputs of an update, which fails late or not at all. */
async function updated(
  type: string,
  news: Properties,
  oldOutputs: Properties,
): Promise<ReadinessOutputs> {
  const args = { ...change(news, oldOutputs), preview: false, timeoutSeconds: 0 };
  return (await provider.update(subjectOf(type), args)) as unknown as ReadinessOutputs;
}
const proved = (news: Properties, oldOutputs: Properties = {}) =>
  updated(RESOURCES.MemberProof, news, oldOutputs);
const judged = (news: Properties, oldOutputs: Properties = STORED) =>
  updated(RESOURCES.Readiness, news, oldOutputs);

/** A member that came up, as its turn is over. */
function healthy(): void {
  applyObserved(server, {
    ...complete(),
    deployment: deployment("shop", { template: NEW_TEMPLATE }),
    replicaSets: [earlierReplicaSet(), withTemplate()],
  });
}

/** The ReplicaSet of the new release, as its controller keeps it. */
function withTemplate() {
  const set = replicaSet("shop", "new", "2", 2);
  return { ...set, spec: { ...set.spec, selector: {}, template: NEW_TEMPLATE } };
}

/** The pods of the earlier release, as they serve. */
function earlierPods() {
  const pods = ["shop-old-1", "shop-old-2"].map((pod) =>
    readyPod(pod, "shop-old-uid", EARLIER.image),
  );
  return { pods, endpointSlices: [endpointSlice("shop", pods)] };
}

function remove(resource: string, ...names: readonly string[]): void {
  for (const name of names) {
    server.delete(resource, name);
  }
}

/** A member that was taken back. */
function takenBack(reason = "group-failed"): void {
  const mark = { generation: 2, reason, failed: FAILED };
  const annotations = {
    "deployment.kubernetes.io/revision": "3",
    [ROLLED_BACK]: JSON.stringify(mark),
  };
  const { metadata, ...rest } = deployment(
    "shop",
    { template: EARLIER_TEMPLATE },
    { observedGeneration: 3 },
  );
  applyObserved(server, {
    ...complete(),
    deployment: { ...rest, metadata: { ...metadata, annotations, generation: 3 } },
    replicaSets: [earlierReplicaSet("3"), withTemplate()],
    ...earlierPods(),
  });
}

async function live() {
  return cluster?.deployment("shop-dev", { name: "shop" }, new AbortController().signal);
}

describe("a member at its turn", () => {
  test("is proved, and its record waits for the group", async () => {
    healthy();
    const { release: record } = await proved(inputs());
    expect(record).toMatchObject({
      verdict: "ready",
      replicaSet: "shop-new",
      group: { ...GROUP, verdict: "ready", failed: null },
    });
  });

  test("that fails neither fails the run nor goes back, and its Readiness does not wait again", async () => {
    applyObserved(server, failing());
    const { release: record } = await proved(inputs());
    const failed = { member: "shop", reason: "image-not-found" };
    expect(record).toMatchObject({
      verdict: "failed",
      reason: "image-not-found",
      group: { verdict: "failed", failed },
    });
    expect(server.requests).not.toContain("patch deployments");
    expect(told).toEqual([]);

    const { startedAt } = record;
    const { release: final } = await judged(inputs(failed));
    expect(final).toMatchObject({
      reason: "image-not-found",
      startedAt,
      group: { failed },
      running: { verdict: "ready", digest: digest("e") },
    });
    expect(told.at(-1)).toMatch(/^shop: image-not-found .*\nshop: rolled back to sha256:e{12}/);
  });

  test("that was taken back is refused in the same set, and tried again in a different one", async () => {
    takenBack();
    const stored = {
      ...inputs(),
      release: { ...RECORD, ...release(), generation: 2, replicaSet: "shop-new" },
    };
    expect((await proved(inputs(), stored)).release).toMatchObject({
      verdict: "failed",
      reason: "group-failed",
      replicaSet: "shop-new",
      group: { failed: FAILED },
    });
    expect(server.requests).not.toContain("patch deployments");

    server.patchedObject = (object) => {
      remove("pods", "shop-old-1", "shop-old-2");
      healthy();
      const { metadata } = object as { metadata?: object };
      const { metadata: own, status } = deployment("shop", {}, { observedGeneration: 4 });
      server.apply("deployments", {
        ...object,
        metadata: { ...metadata, annotations: own?.annotations },
        status,
      } as never);
    };
    await proved(inputs(undefined, "ba9876543210"), stored);
    expect(told).toContain(
      "shop: tries sha256:aaaaaaaaaaaa (commit 0123abc) again, in a new set of its group",
    );
    expect((await live())?.spec?.template).toEqual(NEW_TEMPLATE);
  });

  test.each([
    ["was taken back", takenBack, ["release"]],
    ["runs", healthy, []],
  ])("is looked at in an up that changes nothing: one that %s", async (_, cause, changed) => {
    cause();
    const stored = { ...inputs(), release: { ...RECORD, generation: 2 } };
    const found = await provider.diff(subjectOf(RESOURCES.MemberProof), change(inputs(), stored));
    expect(found.changed).toEqual(changed);
  });
});

describe("a member whose group has failed", () => {
  test("goes back, and says for whom", async () => {
    healthy();
    const { release: record, lastReady } = await judged(inputs(FAILED));
    expect(record).toMatchObject({
      verdict: "failed",
      reason: "group-failed",
      group: { ...GROUP, verdict: "failed", failed: FAILED },
      running: { verdict: "ready", digest: digest("e") },
    });
    expect(record.evidence?.message).toBe(
      "cart of the group checkout has failed with crash-loop, so that shop goes back as well",
    );
    expect(lastReady).toEqual(EARLIER);
    const { spec, metadata } = (await live()) ?? {};
    expect(spec?.template).toEqual(EARLIER_TEMPLATE);
    expect(JSON.parse(metadata?.annotations?.[ROLLED_BACK] ?? "")).toEqual({
      generation: 2,
      reason: "group-failed",
      failed: FAILED,
    });
    expect(told[0]).toMatch(/^shop: group-failed: cart of the group checkout/);
    expect(told[0]).toMatch(/describe deployment shop$/);
  });

  test("keeps its record where this run has not changed it", async () => {
    healthy();
    const same = { ...RECORD, image: release().image, manifestHash: release().manifestHash };
    const { release: record } = await judged(inputs(FAILED), { ...STORED, release: same });
    expect(record).toEqual({ ...same, running: null });
    expect(server.requests).not.toContain("patch deployments");
  });

  test("stays where nothing was ready before, and says so", async () => {
    healthy();
    const { release: record } = await judged(inputs(FAILED), inputs());
    expect(record).toMatchObject({ reason: "group-failed", running: null });
    expect(told.at(-1)).toMatch(/\nnot rolled back: no release was ready before/);
    expect(server.requests).not.toContain("patch deployments");
  });

  test("is ready again where what was asked for is what was proved last", async () => {
    healthy();
    const { image, manifestHash } = release();
    const lastReady = { ...EARLIER, image, manifestHash };
    const failed = { ...RECORD, verdict: "failed", reason: "crash-loop" };
    const { release: record } = await judged(inputs(FAILED), {
      ...STORED,
      release: failed,
      lastReady,
    });
    expect(record).toMatchObject({ verdict: "ready", group: { verdict: "failed" } });
    expect(server.requests).not.toContain("patch deployments");
  });

  test("does the rest of what a killed run began", async () => {
    takenBack();
    const { release: record } = await judged(inputs(FAILED));
    expect(record).toMatchObject({
      reason: "group-failed",
      group: { failed: FAILED },
      running: { verdict: "ready", digest: digest("e") },
    });
    expect(server.requests).not.toContain("patch deployments");
  });
});

test("a member that broke while the others were delivered goes back after all", async () => {
  healthy();
  await proved(inputs());
  applyObserved(server, failing());
  for (const pod of ["shop-new-2", "shop-new-1"]) {
    server.delete("pods", pod);
  }
  applyObserved(server, failing());
  const { release: record } = await judged(inputs());
  expect(record).toMatchObject({
    verdict: "failed",
    group: { verdict: "failed", failed: { member: "shop" } },
    running: { digest: digest("e") },
  });
});

test("takes the members behind it back, whose records come first", async () => {
  healthy();
  await proved(inputs());
  const other = { ...release({ service: "cart" }), namespace: "shop-dev" };
  applyObserved(server, complete(other));
  await proved({ ...inputs(), ...other, serviceName: "cart" });
  server.delete("deployments", "cart");
  const { release: record } = await judged(inputs());
  expect(record).toMatchObject({
    reason: "group-failed",
    group: { verdict: "failed", failed: { member: "cart" } },
    running: { digest: digest("e") },
  });
});

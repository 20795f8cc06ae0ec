// Proves what the provider answers and keeps around a rollback; what the engine makes of it is proved in test/e2e.
import type { ReadinessOutputs } from "../../contract/readiness.ts";
import type { Observed } from "../../provider/verdict/objects.ts";
import { isReady } from "../../provider/verdict/pod.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { ROLLED_BACK } from "../../contract/marks.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { secret } from "../../wire/struct.ts";
import { PartialFailure, type Properties, type Subject } from "../../wire/plugin.ts";
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
  unreadyPod,
} from "../support/release-objects.ts";
import {
  EARLIER,
  EARLIER_TEMPLATE,
  earlierReplicaSet,
  failing,
  NEW_TEMPLATE,
  settle,
} from "../support/rollback-objects.ts";
import { until } from "../support/until.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const INPUTS = { ...release() } satisfies Properties;
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
/** What the state keeps while the earlier release is the last one. */
const STORED = { ...INPUTS, release: RECORD, lastReady: EARLIER };

let server: ApiServer;
let provider: SlipwayProvider;
let cluster: Cluster | undefined;
let told: string[];
let statuses: string[];
let subject: Subject;
beforeEach(async () => {
  server = await ApiServer.start();
  provider = new SlipwayProvider((config) => (cluster = new Cluster(new KubeconfigApi(config))));
  provider.configure({ ...kubeconfigOf(server.url) });
  told = [];
  statuses = [];
  const tell = (message: string) => {
    told.push(message);
  };
  subject = {
    urn: "urn:pulumi:dev::shop::slipway:index:Readiness::shop",
    type: RESOURCES.Readiness,
    name: "shop",
    log: { info: tell, warn: tell, error: tell, status: (text) => statuses.push(text) },
  };
});
afterEach(async () => {
  provider.cancel();
  cluster?.close();
  await server.stop();
});

interface Failed extends Pick<ReadinessOutputs, "release" | "lastReady" | "history"> {
  readonly message: string;
}

async function failedUp(oldOutputs: Properties = STORED, change: Properties = {}): Promise<Failed> {
  const error: unknown = await provider
    .update(subject, {
      id: "shop-dev/shop",
      oldInputs: INPUTS,
      oldOutputs,
      news: { ...INPUTS, ...change },
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    })
    .catch((reason: unknown) => reason);
  if (!(error instanceof PartialFailure)) {
    throw new Error("did not fail with its partial state", { cause: error });
  }
  const { release: record, lastReady, history } = error.outputs as unknown as ReadinessOutputs;
  return { message: error.message, release: record, lastReady, history };
}

async function read(outputs: Properties): Promise<ReadinessOutputs> {
  const found = await provider.read(subject, { id: "shop-dev/shop", outputs, inputs: INPUTS });
  return found?.outputs as unknown as ReadinessOutputs;
}

/** What the cluster shows after a rollback, with the earlier release's pods in some state. */
function rolledBack(pods = failing().pods.slice(0, 2)): void {
  const annotations = {
    "deployment.kubernetes.io/revision": "3",
    [ROLLED_BACK]: JSON.stringify({ generation: 2, reason: "image-not-found" }),
  };
  const { metadata, ...rest } = deployment(
    "shop",
    { template: EARLIER_TEMPLATE },
    { observedGeneration: 3 },
  );
  applyObserved(server, {
    ...failing(),
    deployment: { ...rest, metadata: { ...metadata, annotations, generation: 3 } },
    replicaSets: [earlierReplicaSet("3")],
    pods,
  });
}

describe("an up of a release that fails", () => {
  beforeEach(() => {
    applyObserved(server, failing());
    server.patchedObject = (object) => {
      settle(server, object);
    };
  });

  test("tells the evidence, restores the last ready release, and tells that", async () => {
    const { message } = await failedUp();
    expect(told).toEqual([
      expect.stringMatching(/^shop: image-not-found after \d+ s: [^]*\nnext: /),
    ]);
    expect(told[0]).toMatch(
      /\nnext: kubectl --context test --namespace shop-dev get events --field-selector involvedObject\.name=shop-new-1$/,
    );
    expect(message).toMatch(
      /^shop: image-not-found after \d+ s: .*\nshop: rolled back to sha256:e{12} \(commit 4567def\), ready after \d+ s; only the pod template was restored; no database migration was undone$/,
    );
    expect(statuses).toContain("rolls back to sha256:eeeeeeeeeeee (commit 4567def)");
  });

  test("has told the evidence before anything is touched", async () => {
    let toldBefore = 0;
    server.patchedObject = (object) => {
      toldBefore = told.length;
      settle(server, object);
    };
    await failedUp();
    expect(toldBefore).toBe(1);
  });

  test("keeps what failed, what runs, and what was ready last", async () => {
    const { release: record, lastReady, history } = await failedUp();
    expect(record).toMatchObject({
      verdict: "failed",
      reason: "image-not-found",
      digest: digest("a"),
      previous: { digest: digest("e") },
    });
    expect(record.running).toEqual({
      ...EARLIER,
      verdict: "ready",
      reason: null,
      pods: ["shop-old-1", "shop-old-2"].map((name) => ({ name, imageID: EARLIER.image })),
    });
    expect(lastReady).toEqual(EARLIER);
    expect(record.evidence).toMatchObject({
      object: "pod shop-new-1",
      container: "shop",
      command:
        "kubectl --context test --namespace shop-dev get events --field-selector involvedObject.name=shop-new-1",
    });
    expect(history).toMatchObject([
      { digest: digest("a"), verdict: "failed", reason: "image-not-found" },
      { digest: digest("e"), verdict: "ready" },
    ]);
  });

  test("tells of a rollback that fails, too, and why", async () => {
    server.patchedObject = (object) => {
      settle(server, object);
      const message = `secret "payment" not found`;
      const waiting = { state: { waiting: { reason: "CreateContainerConfigError", message } } };
      server.apply("pods", unreadyPod("shop-old-1", "shop-old-uid", waiting) as never);
    };
    const { message, release: record } = await failedUp();
    expect(message).toMatch(
      /\nshop: the rollback to sha256:e{12} \(commit 4567def\) failed, too; /,
    );
    expect(message).toMatch(/\nshop: config-missing after \d+ s: .*payment/);
    expect(record).toMatchObject({
      reason: "image-not-found",
      running: { verdict: "failed", reason: "config-missing", pods: [] },
    });
  });

  test("stays where it may not be patched, and says so", async () => {
    server.faults.set("patch deployments", 403);
    const { message, release: record } = await failedUp();
    expect(message).toMatch(
      /\nshop: not rolled back to sha256:e{12} .*: this identity may not patch/,
    );
    expect(record).toMatchObject({ reason: "image-not-found", running: null });
  });

  test("stays where it is the first, and says so beside the evidence", async () => {
    const { message } = await failedUp({ ...INPUTS });
    expect(message).toMatch(
      /^shop: image-not-found .*\nnot rolled back: no release was ready before/,
    );
    expect(message).toMatch(
      /\nnext: kubectl --context test --namespace shop-dev describe pod shop-new-1$/,
    );
    expect(server.requests).not.toContain("patch deployments");
  });

  test("stays where the settings say so", async () => {
    const { message } = await failedUp(STORED, { rollback: false });
    expect(message).toContain("\nnot rolled back: rollback is false");
    expect(server.requests).not.toContain("patch deployments");
  });

  test("restores what the state keeps where the ReplicaSet is gone, as after many restarts", async () => {
    server.delete("replicasets", "shop-old");
    const kept = { ...STORED, lastReadyTemplate: JSON.stringify(EARLIER_TEMPLATE) };
    const { message } = await failedUp(kept);
    expect(message).toMatch(/\nshop: rolled back to sha256:e{12} \(commit 4567def\), ready after/);
    const live = await cluster?.deployment(
      "shop-dev",
      { name: "shop" },
      new AbortController().signal,
    );
    expect(live?.spec?.template).toEqual(EARLIER_TEMPLATE);
  });

  test("stays where neither the state nor the cluster has the template", async () => {
    server.delete("replicasets", "shop-old");
    const { message } = await failedUp();
    expect(message).toMatch(/\nnot rolled back: replica set shop-old, which kept .* is gone/);
  });

  test("goes on where it was interrupted on the way back", async () => {
    let toldBefore = Infinity;
    server.patchedObject = () => {
      toldBefore = statuses.length;
    };
    const up = failedUp();
    await until(() => statuses.length > toldBefore);
    provider.cancel();
    const interrupted = await up;
    expect(interrupted.message).toMatch(
      /\nshop: rolled back to sha256:e{12} .*, and interrupted before/,
    );
    expect(interrupted.release.running).toMatchObject({ verdict: "failed", reason: "interrupted" });

    provider = new SlipwayProvider((config) => (cluster = new Cluster(new KubeconfigApi(config))));
    provider.configure({ ...kubeconfigOf(server.url) });
    statuses = [];
    const { release: record, lastReady } = interrupted;
    const resumed = failedUp({ ...INPUTS, release: record, lastReady });
    await until(() => statuses.length > 0);
    rolledBack();
    const { message } = await resumed;
    expect(message).toMatch(/^shop: rolled-back: .* runs instead and is ready$/m);
  });
});

describe("an up of a release that was rolled back", () => {
  const failed = {
    ...RECORD,
    ...{ verdict: "failed", reason: "image-not-found", generation: 2, digest: digest("a") },
    running: { ...EARLIER, verdict: "ready", reason: null, pods: [] },
  };

  test("is refused at once, with what runs and what helps", async () => {
    rolledBack();
    const { message, release: record } = await failedUp({ ...STORED, release: failed });
    expect(message).toBe(
      "shop: rolled-back: sha256:aaaaaaaaaaaa (commit 0123abc) failed with image-not-found, and sha256:eeeeeeeeeeee (commit 4567def) runs instead and is ready\nnext: change it, or retry with pulumi up --refresh",
    );
    expect(record).toMatchObject({ verdict: "failed", running: { verdict: "ready" } });
    expect(statuses).toEqual([]);
  });

  test("is told what became of the earlier release, without a wait", async () => {
    const waiting = { state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } } };
    rolledBack([unreadyPod("shop-old-1", "shop-old-uid", waiting)]);
    const { message, release: record } = await failedUp({ ...STORED, release: failed });
    expect(message).toMatch(/runs instead but is [a-z-]+\nshop: [a-z-]+: /);
    expect(record.running?.verdict).toBe("failed");
  });

  test("where the run that rolled back was killed, does the rest of it", async () => {
    rolledBack([]);
    const up = failedUp();
    await until(() => statuses.length > 0);
    rolledBack();
    const { message, release: record } = await up;
    expect(message).toMatch(
      /^shop: rolled-back: .* failed with image-not-found, and .* is ready$/m,
    );
    expect(record).toMatchObject({
      verdict: "failed",
      reason: "image-not-found",
      digest: digest("a"),
      running: { digest: digest("e"), verdict: "ready" },
    });
  });

  test("is judged anew once it was applied anew", async () => {
    rolledBack();
    const applied = { ...release().deployment, generation: 3 };
    const news = { ...INPUTS, ...EARLIER_INPUTS, deployment: applied };
    const outputs = await provider.update(subject, {
      id: "shop-dev/shop",
      oldInputs: INPUTS,
      oldOutputs: { ...STORED, release: failed },
      news,
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    });
    expect(outputs).toMatchObject({ release: { verdict: "ready", generation: 3, running: null } });
  });
});

describe("an up by other rules for the verdict of a release that was rolled back", () => {
  const failed = {
    ...RECORD,
    ...{ verdict: "failed", reason: "crash-loop", generation: 2, replicaSet: "shop-new" },
    ...{ image: INPUTS.image, digest: digest("a"), commit: INPUTS.commit },
    manifestHash: INPUTS.manifestHash,
    running: { ...EARLIER, verdict: "ready", reason: null, pods: [] },
  };
  const stored = { ...STORED, release: failed };
  const labels = { ...NEW_TEMPLATE.metadata.labels, "pod-template-hash": "new" };
  const template = { ...NEW_TEMPLATE, metadata: { labels } };
  const spec = { selector: {}, replicas: 0, template };

  /** What the cluster becomes once the template is there again. */
  const settled = (pods: Observed["pods"]) => {
    server.patchedObject = (object) => {
      server.patchedObject = (restored) => {
        settle(server, restored);
      };
      const { metadata } = object as unknown as { metadata: { generation: number } };
      const annotations = { "deployment.kubernetes.io/revision": "4" };
      server.apply("replicasets", { ...replicaSet("shop", "new", "4", 2), spec } as never);
      for (const pod of pods) {
        server.apply("pods", pod as never);
      }
      if (pods.every(isReady)) {
        server.apply("endpointslices", endpointSlice("shop", pods) as never);
      }
      server.apply("deployments", {
        ...object,
        metadata: { ...metadata, annotations },
        status: { ...deployment("shop").status, observedGeneration: metadata.generation },
      } as never);
    };
  };
  const pods = ["shop-new-1", "shop-new-2"].map((name) => readyPod(name, "shop-new-uid"));
  const up = (outputs: Properties, change: Properties) =>
    provider.update(subject, {
      id: "shop-dev/shop",
      oldInputs: INPUTS,
      oldOutputs: outputs,
      news: { ...INPUTS, ...change },
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    });
  beforeEach(() => {
    rolledBack();
    server.apply("replicasets", { ...replicaSet("shop", "new", "2", 0), spec } as never);
  });

  test("tries it again: its pod template is applied, without what a controller has added", async () => {
    settled(pods);
    const outputs = await up(stored, { tolerate: { restarts: 5 } });
    const { lastReadyTemplate, ...shown } = outputs;
    const { spec, metadata } = NEW_TEMPLATE;
    expect(lastReadyTemplate).toEqual(secret(JSON.stringify({ spec, metadata })));
    expect(shown).toMatchObject({
      tolerate: { restarts: 5 },
      release: { verdict: "ready", generation: 2, replicaSet: "shop-new", running: null },
      lastReady: { digest: digest("a"), replicaSet: "shop-new" },
    });
    expect(told).toEqual([
      "shop: tries sha256:aaaaaaaaaaaa (commit 0123abc) again, by other rules for its verdict",
    ]);
    const live = await cluster?.deployment(
      "shop-dev",
      { name: "shop" },
      new AbortController().signal,
    );
    expect(live?.spec?.template).toEqual(NEW_TEMPLATE);
    expect(live?.metadata?.annotations).not.toHaveProperty([ROLLED_BACK]);
  });

  test("tries it again with other objects beside its pods: a Service may have been at fault, or what was measured", async () => {
    settled(pods);
    const manifestHash = digest("c");
    const { release: record } = await up(stored, { manifestHash });
    expect(record).toMatchObject({ verdict: "ready", manifestHash, running: null });
    expect(told).toEqual([
      "shop: tries sha256:aaaaaaaaaaaa (commit 0123abc) again, with other objects beside its pods",
    ]);
  });

  test("rolls back again what fails by them, too", async () => {
    const waiting = { state: { waiting: { reason: "InvalidImageName", message: "no" } } };
    settled([unreadyPod("shop-new-1", "shop-new-uid", waiting)]);
    const { message, release: record } = await failedUp(stored, { warmupSeconds: 90 });
    expect(message).toMatch(/^shop: image-not-found [^]*\nshop: rolled back to sha256:e{12}/);
    expect(record).toMatchObject({ verdict: "failed", generation: 2 });
    const live = await cluster?.deployment(
      "shop-dev",
      { name: "shop" },
      new AbortController().signal,
    );
    expect(live?.metadata?.annotations?.[ROLLED_BACK]).toContain('"generation":2');
  });

  test.each<[string, Properties, Properties]>([
    ["the rules are the same", stored, { commit: "0123abc" }],
    ["the rules are the same as at the last try", { ...stored, logs: false }, { logs: false }],
    [
      "its ReplicaSet is not known",
      { ...stored, release: { ...failed, replicaSet: null } },
      { timeoutSeconds: 900 },
    ],
    [
      "its ReplicaSet is gone",
      { ...stored, release: { ...failed, replicaSet: "shop-gone" } },
      { rollback: false },
    ],
  ])("is refused as before where %s", async (_case, outputs, change) => {
    const { message } = await failedUp(outputs, change);
    expect(message).toMatch(/^shop: rolled-back: /);
    expect(server.requests).not.toContain("patch deployments");
  });
});

const EARLIER_INPUTS = {
  image: EARLIER.image,
  manifestHash: EARLIER.manifestHash,
  commit: EARLIER.commit,
};

describe("a refresh after a rollback", () => {
  test("keeps the failure and its reason, and says what runs", async () => {
    rolledBack();
    const { release: record, lastReady } = await read(STORED);
    expect(record).toMatchObject({
      verdict: "failed",
      reason: "image-not-found",
      digest: digest("a"),
      running: { digest: digest("e"), verdict: "ready" },
    });
    expect(lastReady).toEqual(EARLIER);
    expect(told).toEqual([
      expect.stringMatching(/^shop: rolled-back: .* failed with image-not-found/),
    ]);
  });

  test("goes by what was judged last, whatever inputs the engine kept", async () => {
    rolledBack();
    const kept = {
      ...INPUTS,
      ...EARLIER_INPUTS,
      deployment: { ...release().deployment, generation: 1 },
    };
    const found = await provider.read(subject, {
      id: "shop-dev/shop",
      outputs: STORED,
      inputs: kept,
    });
    expect(found?.inputs).toEqual(INPUTS);
    expect(found?.outputs["release"]).toMatchObject({ verdict: "failed" });
  });

  test("that does not know what was ready before says only that", async () => {
    rolledBack();
    const { release: record } = await read({ ...INPUTS });
    expect(record).toMatchObject({ verdict: "failed", reason: "image-not-found", running: null });
    expect(told).toEqual([expect.stringContaining("and an earlier release runs")]);
  });
});

describe("the pod template that is kept by a refresh that finds a release ready", () => {
  const found = async (lastReady: object, generation = 2) => {
    const shown = deployment(
      "shop",
      { template: NEW_TEMPLATE },
      { observedGeneration: generation },
    );
    const labels = { ...NEW_TEMPLATE.metadata.labels, "pod-template-hash": "new" };
    const spec = { selector: {}, replicas: 2, template: { ...NEW_TEMPLATE, metadata: { labels } } };
    applyObserved(server, {
      ...complete(),
      deployment: { ...shown, metadata: { ...shown.metadata, generation } },
      replicaSets: [{ ...replicaSet("shop", "new", "2", 2), spec }],
    });
    const failed = { ...RECORD, verdict: "failed", reason: "not-ready", generation: 2 };
    const lastReadyTemplate = JSON.stringify(EARLIER_TEMPLATE);
    return read({ ...STORED, release: failed, lastReady, lastReadyTemplate });
  };

  test("is that of a release that was not ready before", async () => {
    const { lastReady, lastReadyTemplate } = await found(EARLIER);
    expect(lastReady).toMatchObject({ digest: digest("a"), replicaSet: "shop-new" });
    const { spec, metadata } = NEW_TEMPLATE;
    expect(lastReadyTemplate).toEqual(secret(JSON.stringify({ spec, metadata })));
  });

  test("is none if somebody has changed that one meanwhile", async () => {
    const { lastReady, lastReadyTemplate } = await found(EARLIER, 3);
    expect(lastReady).toMatchObject({ digest: digest("a") });
    expect(lastReadyTemplate).toBeUndefined();
  });

  test("stays what it was of a release that was ready before", async () => {
    const { image, manifestHash } = INPUTS;
    const before = { ...EARLIER, image, digest: digest("a"), manifestHash };
    expect((await found(before)).lastReadyTemplate).toEqual(
      secret(JSON.stringify(EARLIER_TEMPLATE)),
    );
  });
});

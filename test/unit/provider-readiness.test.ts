// Proves what the provider answers to the engine's calls; what the engine makes of it is proved in test/e2e.
import type {
  HistoryEntry,
  PreviousRelease,
  ReleaseRecord,
} from "../../contract/release-record.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { previousOf } from "../../provider/readiness/record.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { PartialFailure, type Properties, type Subject } from "../../wire/plugin.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { ApiServer } from "../support/api-server.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { applyObserved } from "../support/observed.ts";
import {
  complete,
  deployment,
  digest,
  IMAGE,
  readyPod,
  release,
  unreadyPod,
} from "../support/release-objects.ts";
import { until } from "../support/until.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const RELEASE = release();
const INPUTS = { ...RELEASE } satisfies Properties;

const STEPS = {
  node: null,
  createdAt: null,
  scheduledAt: null,
  pulledAt: null,
  startedAt: "2026-01-01T00:00:00Z",
  readyAt: null,
};

const RECORD: ReleaseRecord = {
  version: 1,
  commit: "0123abc",
  dirty: false,
  image: IMAGE,
  digest: digest("a"),
  manifestHash: digest("b"),
  namespace: "shop-dev",
  verdict: "ready",
  reason: null,
  generation: 2,
  replicaSet: "shop-new",
  pods: [
    { name: "shop-new-1", imageID: IMAGE, ...STEPS },
    { name: "shop-new-2", imageID: IMAGE, ...STEPS },
  ],
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 3,
  previous: null,
  warnings: [],
  running: null,
  evidence: null,
};

const ENTRY: HistoryEntry = {
  commit: "0123abc",
  dirty: false,
  image: IMAGE,
  digest: digest("a"),
  manifestHash: digest("b"),
  verdict: "ready",
  reason: null,
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 3,
};

let warnings: string[] = [];
let errors: string[] = [];
let subject: Subject;
beforeEach(() => {
  warnings = [];
  errors = [];
  subject = {
    urn: "urn:pulumi:dev::shop::slipway:index:Readiness::shop",
    type: RESOURCES.Readiness,
    name: "shop",
    log: {
      info: () => undefined,
      warn: (message) => warnings.push(message),
      error: (message) => errors.push(message),
      status: () => undefined,
    },
  };
});

describe("check", () => {
  const check = async (news: Properties) => {
    const args = { olds: {}, news, randomSeed: Buffer.alloc(0) };
    return (await new SlipwayProvider().check(subject, args)).failures;
  };

  test("takes what the contract says, with and without the optional parts", async () => {
    const bare = Object.fromEntries(Object.entries(INPUTS).filter(([key]) => key !== "commit"));
    expect(await check(INPUTS)).toEqual([]);
    expect(await check({ ...bare, ingress: { name: "shop", awaitAddress: false } })).toEqual([]);
  });

  test("takes whatever a preview does not know yet", async () => {
    const deployment = { name: "shop", uid: UNKNOWN, generation: UNKNOWN };
    expect(await check({ ...INPUTS, deployment, image: UNKNOWN, manifestHash: UNKNOWN })).toEqual(
      [],
    );
    expect(await check({ ...INPUTS, deployment: UNKNOWN })).toEqual([]);
  });

  test.each<[string, Properties, string, RegExp]>([
    [
      "an image without digest",
      { image: "registry.example.com/shop:1" },
      "image",
      /must be repository@sha256:<64 hex digits>, got "registry.example.com\/shop:1"/,
    ],
    [
      "an image of which the registry told no digest",
      { image: "<none>@<none>" },
      "image",
      /got "<none>@<none>"/,
    ],
    ["an invalid namespace", { namespace: "Shop_Dev" }, "namespace", /got "Shop_Dev"/],
    [
      "a Deployment without uid",
      { deployment: { name: "shop", generation: 1 } },
      "deployment.uid",
      /metadata.uid, got nothing/,
    ],
    ["a deadline of nothing", { deadlineSeconds: 0 }, "deadlineSeconds", /at least 1, got 0/],
    [
      "pods that settle for as long as the deadline",
      { settleSeconds: 60, deadlineSeconds: 60 },
      "settleSeconds",
      /must be less than deadlineSeconds, which is 60, got 60/,
    ],
    ["a hash without its kind", { manifestHash: "abc" }, "manifestHash", /sha256:/],
    ["an input that nobody knows", { colour: "red" }, "", /[Uu]nrecognized key.*colour/],
  ])("refuses %s", async (_case, fault, property, reason) => {
    const failures = (await check({ ...INPUTS, ...fault })) ?? [];
    expect(failures.map((failure) => failure.property)).toEqual([property]);
    expect(failures[0]?.reason).toMatch(reason);
  });

  test("tells all faults at once", async () => {
    expect(await check({ ...INPUTS, namespace: "", image: "shop", dirty: "no" })).toHaveLength(3);
  });
});

describe("diff", () => {
  const diff = async (
    news: Properties,
    oldOutputs: Properties = { ...INPUTS, release: RECORD },
  ) => {
    const args = { id: "shop-dev/shop", oldInputs: INPUTS, oldOutputs, news, ignoreChanges: [] };
    return new SlipwayProvider().diff(subject, args);
  };

  test("nothing changed and ready is no change", async () => {
    expect(await diff({ ...INPUTS })).toEqual({ changed: [], replaces: [] });
  });

  test.each<[string, Properties]>([
    ["deployment.uid", { deployment: { ...RELEASE.deployment, uid: "other" } }],
    ["deployment.generation", { deployment: { ...RELEASE.deployment, generation: 3 } }],
    ["image", { image: `registry.example.com/shop@${digest("c")}` }],
    ["manifestHash", { manifestHash: digest("d") }],
    ["serviceName", { serviceName: "other" }],
    ["ingress", { ingress: { name: "shop", awaitAddress: true } }],
    ["commit", { commit: "4567def" }],
    ["dirty", { dirty: true }],
    ["deadlineSeconds", { deadlineSeconds: 60 }],
    ["deployment.generation", { deployment: { ...RELEASE.deployment, generation: UNKNOWN } }],
    ["deployment", { deployment: UNKNOWN }],
  ])("a changed %s is judged again, in place", async (path, change) => {
    expect(await diff({ ...INPUTS, ...change })).toEqual({ changed: [path], replaces: [] });
  });

  test.each<[string, Properties]>([
    ["namespace", { namespace: "shop-prod" }],
    ["deployment.name", { deployment: { ...RELEASE.deployment, name: "store" } }],
  ])("a changed %s is another release's place", async (path, change) => {
    expect(await diff({ ...INPUTS, ...change })).toEqual({ changed: [path], replaces: [path] });
  });

  test.each<[string, Properties]>([
    ["failed", { ...INPUTS, release: { ...RECORD, verdict: "failed", reason: "not-ready" } }],
    ["was lost", INPUTS],
  ])("a verdict that %s is judged again", async (_case, outputs) => {
    expect(await diff({ ...INPUTS }, outputs)).toMatchObject({ changed: ["release"] });
  });

  test("where the kubeconfig lies is nobody's change", () => {
    expect("diffConfig" in new SlipwayProvider()).toBe(false);
  });
});

describe("previous", () => {
  const OTHER: PreviousRelease = {
    commit: "fff",
    image: `registry.example.com/shop@${digest("e")}`,
    digest: digest("e"),
    manifestHash: digest("f"),
  };
  const NEXT = release({ image: `registry.example.com/shop@${digest("c")}`, commit: "4567def" });
  const THIS: PreviousRelease = {
    commit: "0123abc",
    image: IMAGE,
    digest: digest("a"),
    manifestHash: digest("b"),
  };

  test("is nothing for the first release", () => {
    expect(previousOf(undefined, RELEASE)).toBeNull();
  });

  test.each([
    ["its image", NEXT],
    ["its manifests", release({ manifestHash: digest("d") })],
  ])("is the stored release when the new one differs in %s", (_case, next) => {
    expect(previousOf({ ...RECORD, previous: OTHER }, next)).toEqual(THIS);
  });

  test("stays when only the commit is another one", () => {
    expect(previousOf({ ...RECORD, previous: OTHER }, release({ commit: "4567def" }))).toEqual(
      OTHER,
    );
  });

  test("stays across a release that failed", () => {
    const failed = { ...RECORD, verdict: "failed", previous: OTHER } as const;
    expect(previousOf(failed, NEXT)).toEqual(OTHER);
    expect(previousOf(failed, RELEASE)).toEqual(OTHER);
  });

  test("is never the release itself", () => {
    expect(previousOf({ ...RECORD, verdict: "failed", previous: THIS }, RELEASE)).toBeNull();
  });
});

describe("on a cluster", () => {
  let server: ApiServer;
  let provider: SlipwayProvider;
  let cluster: Cluster | undefined;
  beforeEach(async () => {
    server = await ApiServer.start();
    server.apply("namespaces", { metadata: { name: "shop-dev", uid: "shop-dev" } });
    provider = new SlipwayProvider((config) => (cluster = new Cluster(new KubeconfigApi(config))));
    provider.configure({ ...kubeconfigOf(server.url) });
  });
  afterAll(removeFolders);

  afterEach(async () => {
    provider.cancel();
    cluster?.close();
    await server.stop();
  });

  const create = (inputs: Properties = INPUTS, preview = false) =>
    provider.create(subject, { inputs, preview, timeoutSeconds: 0 });
  const failure = async (promise: Promise<unknown>): Promise<PartialFailure> => {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof PartialFailure)) {
      throw new Error("did not fail with its partial state", { cause: error });
    }
    return error;
  };
  const crashing = () => {
    const state = { waiting: { reason: "CrashLoopBackOff", message: "back-off" } };
    const pods = [
      readyPod("shop-new-1", "shop-new-uid"),
      unreadyPod("shop-new-2", "shop-new-uid", { restartCount: 2, state }),
    ];
    applyObserved(server, {
      ...complete(),
      pods,
      deployment: deployment("shop", {}, { readyReplicas: 1, availableReplicas: 1 }),
    });
  };

  test("create returns the inputs and the record", async () => {
    applyObserved(server, complete());
    const { id, outputs } = await create();
    expect(id).toBe("shop-dev/shop");
    expect(outputs).toEqual({
      ...INPUTS,
      release: {
        ...RECORD,
        startedAt: expect.any(String) as string,
        seconds: expect.any(Number) as number,
      },
      lastReady: {
        commit: "0123abc",
        image: IMAGE,
        digest: digest("a"),
        manifestHash: digest("b"),
        replicaSet: "shop-new",
      },
      history: [
        {
          ...ENTRY,
          startedAt: expect.any(String) as string,
          seconds: expect.any(Number) as number,
        },
      ],
    });
  });

  test("a preview asks nobody, and knows no record", async () => {
    const inputs = { ...INPUTS, image: UNKNOWN };
    expect(await create(inputs, true)).toEqual({
      id: "shop-dev/shop",
      outputs: {
        ...inputs,
        release: UNKNOWN,
        lastReady: UNKNOWN,
        lastReadyTemplate: UNKNOWN,
        history: UNKNOWN,
      },
    });
    expect(server.requests).toEqual([]);
  });

  describe("a release that nothing changes of", () => {
    const change = (news: Properties = INPUTS) => ({
      id: "shop-dev/shop",
      oldInputs: INPUTS,
      oldOutputs: { ...INPUTS, release: RECORD },
      news,
      ignoreChanges: [],
    });

    test("is no change while its Deployment exists, for one request", async () => {
      applyObserved(server, complete());
      expect(await provider.diff(subject, change())).toEqual({ changed: [], replaces: [] });
      expect(server.requests).toEqual(["get deployments"]);
    });

    test("is judged again if its Deployment is gone, and a preview says what creates it again", async () => {
      expect(await provider.diff(subject, change())).toEqual({
        changed: ["release"],
        replaces: [],
      });
      const warn = jest.fn<undefined, [string]>();
      const asked = { ...subject, log: { ...subject.log, warn } };
      await provider.update(asked, { ...change(), preview: true, timeoutSeconds: 0 });
      expect(warn.mock.calls).toEqual([
        [
          "shop: deployment shop-dev/shop does not exist any more, but the stack's state still has it; run pulumi up --refresh, which creates again what is gone",
        ],
      ]);
      const failed = await failure(
        provider.update(subject, { ...change(), preview: false, timeoutSeconds: 0 }),
      );
      expect(failed.outputs["release"]).toMatchObject({
        verdict: "failed",
        reason: "deployment-missing",
      });
    });

    test("is no change where nobody says whether its Deployment exists", async () => {
      server.faults.set("get deployments", 403);
      expect(await provider.diff(subject, change())).toEqual({ changed: [], replaces: [] });
      server.faults.set("get deployments", 503);
      expect(await provider.diff(subject, change())).toEqual({ changed: [], replaces: [] });
    });

    test("is not looked for where something changes", async () => {
      const news = { ...INPUTS, deployment: UNKNOWN };
      expect(await provider.diff(subject, change(news))).toMatchObject({ changed: ["deployment"] });
      expect(server.requests).toEqual([]);
    });
  });

  test("update keeps the release before", async () => {
    applyObserved(server, complete());
    const stored = {
      ...RECORD,
      digest: digest("9"),
      image: `registry.example.com/shop@${digest("9")}`,
    };
    const outputs = await provider.update(subject, {
      id: "shop-dev/shop",
      oldInputs: INPUTS,
      oldOutputs: { ...INPUTS, release: stored },
      news: INPUTS,
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    });
    expect(outputs["release"]).toMatchObject({
      verdict: "ready",
      previous: { digest: digest("9") },
    });
    // A state from before there was a history has the release that it last judged.
    expect(outputs["history"]).toMatchObject([
      { digest: digest("a"), verdict: "ready" },
      { digest: digest("9"), startedAt: "2026-01-01T00:00:00.000Z" },
    ]);
  });

  test("a failure carries its evidence, the log of the container before, and the record", async () => {
    crashing();
    server.logs.set("shop-new-2/shop/previous", "starting\nno database\n");
    const error = await failure(
      provider.create(subject, { inputs: INPUTS, preview: false, timeoutSeconds: 1 }),
    );
    expect(error.message).toMatch(
      /^shop: timed-out after 1 s: 1 of 2 pods are available, and the 1 s are over .* \(deployment shop\)\n/,
    );
    expect(error.message).toContain("last 2 lines:\n  starting\n  no database");
    expect(error.message).toMatch(
      /\nnext: kubectl --context test --namespace shop-dev describe pod shop-new-2$/,
    );
    expect(error.id).toBe("shop-dev/shop");
    expect(error.outputs["release"]).toMatchObject({
      verdict: "failed",
      reason: "timed-out",
      replicaSet: "shop-new",
      pods: [{ name: "shop-new-1", imageID: IMAGE }],
      evidence: {
        object: "deployment shop",
        message: expect.stringMatching(/^1 of 2 pods are available, /) as string,
        containers: [
          { pod: "shop-new-2", reason: "CrashLoopBackOff", log: ["starting", "no database"] },
        ],
        command: "kubectl --context test --namespace shop-dev describe pod shop-new-2",
        cut: null,
      },
    });
    expect(error.outputs["history"]).toMatchObject([{ verdict: "failed", reason: "timed-out" }]);
  });

  test("a log that looks like a secret is masked, and none is read for a service that wants none", async () => {
    crashing();
    server.logs.set("shop-new-2/shop/previous", "password=hunter2\n");
    const args = { inputs: INPUTS, preview: false, timeoutSeconds: 1 };
    const { message } = await failure(provider.create(subject, args));
    expect(message).toContain("  password=***");
    expect(message).not.toContain("hunter2");
    server.requests.length = 0;
    const silent = { ...args, inputs: { ...INPUTS, logs: false } };
    const { message: without, outputs } = await failure(provider.create(subject, silent));
    expect(without).not.toContain("log of pod");
    expect(outputs["release"]).toMatchObject({ evidence: { containers: [{ log: [] }] } });
    expect(server.requests).not.toContain("get pods/log");
  });

  test("a log that may not be read is said to be so", async () => {
    crashing();
    server.faults.set("get pods/log", 403);
    const args = { inputs: INPUTS, preview: false, timeoutSeconds: 1 };
    expect((await failure(provider.create(subject, args))).message).toMatch(
      /\(no log: .*forbidden/,
    );
  });

  test("an Ingress of a class that does not exist is told so", async () => {
    const inputs = { ...INPUTS, ingress: { name: "shop", awaitAddress: true }, deadlineSeconds: 1 };
    const ingress = { metadata: { name: "shop", uid: "i" }, spec: { ingressClassName: "nobody" } };
    applyObserved(server, { ...complete(), ingress });
    const { message } = await failure(create(inputs));
    expect(message).toMatch(/^shop: ingress-no-address after \d+ s/);
    expect(message).toContain("\nthe cluster has no ingress class nobody\n");
  });

  test("a failure that is to end the run later is told at once, and recorded without an error", async () => {
    crashing();
    const inputs = { ...INPUTS, failsLate: true };
    const { outputs } = await provider.create(subject, {
      inputs,
      preview: false,
      timeoutSeconds: 1,
    });
    expect(outputs["release"]).toMatchObject({ verdict: "failed", reason: "timed-out" });
    expect(errors).toEqual([expect.stringMatching(/^shop: timed-out after 1 s/)]);
  });

  test("an interruption is an error even then, because the run has ended", async () => {
    applyObserved(server, {
      ...complete(),
      deployment: deployment("shop", {}, { readyReplicas: 1, availableReplicas: 1 }),
    });
    const judged = failure(create({ ...INPUTS, failsLate: true }));
    await until(() => server.watching.includes("pods"));
    provider.cancel();
    expect((await judged).message).toMatch(/^shop: interrupted after \d+ s/);
    expect(errors).toEqual([]);
  });

  test("an interruption keeps the resource, to be judged again", async () => {
    crashing();
    const failed = failure(create());
    await until(() => server.watching.includes("pods"));
    provider.cancel();
    const { message, outputs } = await failed;
    expect(message).toMatch(/^shop: interrupted after/);
    expect(outputs["release"]).toMatchObject({ verdict: "failed", reason: "interrupted" });
  });

  describe("read", () => {
    const readAll = async (stored: Properties = { release: RECORD, history: [ENTRY] }) => {
      const outputs = { ...INPUTS, ...stored };
      const found = await provider.read(subject, { id: "shop-dev/shop", outputs, inputs: INPUTS });
      return found?.outputs ?? {};
    };
    const read = async (stored?: Properties) => (await readAll(stored))["release"];

    test("leaves a healthy release as it was", async () => {
      applyObserved(server, complete());
      expect(await read()).toEqual(RECORD);
      expect((await readAll())["history"]).toEqual([ENTRY]);
      expect(warnings).toEqual([]);
    });

    test("adds to a healthy release the pods that it has lost since, and nothing else", async () => {
      const gone = readyPod("shop-new-0", "shop-new-uid");
      const status = {
        phase: "Failed",
        reason: "Evicted",
        message: "The node was low on resource: ephemeral-storage.",
      };
      const lost = { ...gone, status: { ...status, startTime: "2026-01-01T00:00:45Z" } };
      applyObserved(server, { ...complete(), pods: [lost, ...complete().pods] });
      const told =
        "pod shop-new-0 was evicted: Evicted: The node was low on resource: ephemeral-storage.";
      expect(await read()).toEqual({ ...RECORD, warnings: [told] });
      expect(warnings).toEqual([`shop: ${told}`]);
    });

    test("reports a release whose pods were evicted, and says why", async () => {
      const evicted = complete().pods.map((pod) => ({
        ...pod,
        status: {
          phase: "Failed",
          reason: "Evicted",
          message: "Pod ephemeral local storage usage exceeds the total limit of containers 20Mi.",
        },
      }));
      const next = ["shop-new-3", "shop-new-4"].map((name) => unreadyPod(name, "shop-new-uid"));
      const status = { readyReplicas: 0, availableReplicas: 0 };
      applyObserved(server, {
        ...complete(),
        deployment: deployment("shop", {}, status),
        pods: [...evicted, ...next],
      });
      expect(await read()).toMatchObject({ verdict: "failed", reason: "evicted" });
      expect(warnings).toEqual([
        expect.stringMatching(
          /^shop: evicted: evicted 2 times, last: Evicted: Pod ephemeral local/,
        ),
      ]);
    });

    test("leaves the times of a pod as they were, though its container was started again since", async () => {
      applyObserved(server, complete());
      const steps = { startedAt: "2025-12-31T23:00:00Z", pulledAt: "2025-12-31T22:59:59Z" };
      const pods = RECORD.pods.map((pod) => ({ ...pod, ...steps }));
      expect(await read({ release: { ...RECORD, pods } })).toMatchObject({ pods });
    });

    test("reports a release that broke, and says what broke", async () => {
      crashing();
      const { release: broken, history } = await readAll();
      expect(broken).toEqual({
        ...RECORD,
        verdict: "failed",
        reason: "not-ready",
        pods: RECORD.pods.slice(0, 1),
        evidence: expect.objectContaining({ message: "1 of 2 pods are available" }) as object,
      });
      expect(history).toEqual([{ ...ENTRY, verdict: "failed", reason: "not-ready" }]);
      expect(warnings).toEqual([
        expect.stringMatching(/^shop: not-ready: 1 of 2 .*\n[^]*CrashLoopBackOff/),
      ]);
    });

    test("keeps the evidence of a failure that was known, which is no change at every look", async () => {
      crashing();
      const { release: broken, history } = await readAll();
      server.logs.set("shop-new-2/shop/previous", "another line\n");
      expect(await readAll({ release: broken, history })).toMatchObject({
        release: broken,
        history,
      });
    });

    test("takes a state from before there was evidence or history", async () => {
      applyObserved(server, complete());
      const kept = Object.entries(RECORD).filter(
        ([key]) => !["evidence", "running", "warnings"].includes(key),
      );
      const pods = RECORD.pods.map(({ name, imageID }) => ({ name, imageID }));
      expect(await readAll({ release: { ...Object.fromEntries(kept), pods } })).toMatchObject({
        release: RECORD,
        history: [ENTRY],
      });
    });

    test("reports a Deployment that somebody deleted", async () => {
      expect(await read()).toMatchObject({ verdict: "failed", reason: "deployment-missing" });
      expect(warnings).toEqual([expect.stringMatching(/^shop: deployment-missing/)]);
    });
  });

  describe("what the kubelet warns of", () => {
    const BODY =
      'Probe terminated redirects, Response body: <a href="https://login.example.com/?token=hunter22">Found</a>.';
    const LINE =
      "its readiness probe is redirected to another host (https://login.example.com), which the kubelet does not follow and counts as passed: nothing proves that the service can serve (pod shop-new-2)";
    const warned = () => {
      const of = (pod: string) => ({
        metadata: { name: `${pod}-warning`, uid: `${pod}-warning` },
        involvedObject: {
          kind: "Pod",
          name: pod,
          uid: `${pod}-uid`,
          fieldPath: "spec.containers{shop}",
        },
        type: "Warning",
        reason: "ProbeWarning",
        message: `Readiness probe warning: ${BODY}`,
        lastTimestamp: "2026-01-01T00:00:05Z",
      });
      applyObserved(server, complete());
      ["shop-new-1", "shop-new-2"].forEach((pod) => {
        server.apply("events", of(pod));
      });
    };

    test("is in the record of a ready release, and a warning of the engine", async () => {
      warned();
      const { outputs } = await create();
      expect(outputs["release"]).toMatchObject({ verdict: "ready", warnings: [LINE] });
      expect(warnings).toEqual([`shop: ${LINE}`]);
    });

    test("stays when its events are gone, for as long as the release is ready", async () => {
      applyObserved(server, complete());
      const stored = { ...RECORD, warnings: [LINE] };
      const outputs = { ...INPUTS, release: stored, history: [ENTRY] };
      const look = () => provider.read(subject, { id: "shop-dev/shop", outputs, inputs: INPUTS });
      expect((await look())?.outputs["release"]).toEqual(stored);
      crashing();
      expect((await look())?.outputs["release"]).toMatchObject({ verdict: "failed", warnings: [] });
    });

    test("is found at a look, too, and is in no state from before", async () => {
      warned();
      const before = Object.entries(RECORD).filter(([key]) => key !== "warnings");
      const outputs = { ...INPUTS, release: Object.fromEntries(before), history: [ENTRY] };
      const found = await provider.read(subject, { id: "shop-dev/shop", outputs, inputs: INPUTS });
      expect(found?.outputs["release"]).toEqual({ ...RECORD, warnings: [LINE] });
    });
  });

  test("delete asks nobody", async () => {
    await provider.delete(subject, {
      id: "shop-dev/shop",
      outputs: {},
      inputs: INPUTS,
      timeoutSeconds: 0,
    });
    expect(server.requests).toEqual([]);
  });
});

test("a resource without an explicit provider is told what it lacks", async () => {
  const args = { inputs: INPUTS, preview: false, timeoutSeconds: 0 };
  await expect(new SlipwayProvider().create(subject, args)).rejects.toThrow(
    /needs a context, and a kubeconfig or the variable KUBECONFIG, got .*; give the resource a SlipwayProvider/,
  );
});

test("a type that the provider does not have is named", async () => {
  const args = { olds: {}, news: INPUTS, randomSeed: Buffer.alloc(0) };
  await expect(
    new SlipwayProvider().check({ ...subject, type: "slipway:index:Other" }, args),
  ).rejects.toThrow(
    /^slipway's provider has no resource slipway:index:Other, only .*slipway:index:Readiness/,
  );
});

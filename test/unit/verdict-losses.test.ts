// Proves what pods that were lost say of a release; that a cluster shows them so is proved by the catalogue.
import { podLossOf } from "../../provider/verdict/lost-pod.ts";
import type { Observed, Pod } from "../../provider/verdict/objects.ts";
import { judgeAtOnce } from "../../provider/verdict/rollout.ts";
import { complete, deployment, readyPod, release, unreadyPod } from "../support/release-objects.ts";
import { play, type Timeline } from "../support/timeline.ts";

const NODE_AFFINITY = {
  reason: "NodeAffinity",
  message:
    "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity",
};
const OUT_OF_CPU = {
  reason: "OutOfcpu",
  message:
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 500, used: 900, capacity: 1000",
};
const STORAGE = {
  reason: "Evicted",
  message: "Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. ",
};
const PRESSURE = { reason: "Evicted", message: "The node was low on resource: memory. " };
const AT = "2026-01-01T00:00:00Z";

/** A pod that its node has given up before it ran. */
function failed(name: string, status: object, at = AT): Pod {
  const pod = readyPod(name, "shop-new-uid");
  return {
    ...pod,
    metadata: { ...pod.metadata, creationTimestamp: at },
    status: { phase: "Failed", ...status },
  };
}

/** A pod that is being deleted for this reason. */
function disrupted(name: string, reason: string): Pod {
  const pod = readyPod(name, "shop-new-uid");
  const conditions = [{ type: "DisruptionTarget", status: "True", reason, message: "it must go" }];
  return {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: AT },
    status: { phase: "Running", conditions },
  };
}

const STARTING = unreadyPod("shop-new-2", "shop-new-uid", { state: { running: {} } });

/** A rollout with these pods, beside an old one that still serves. */
function rolling(pods: readonly Pod[], more: Partial<Observed> = {}): Observed {
  const counts = { replicas: 3, updatedReplicas: 2, availableReplicas: 2 };
  const old = readyPod("shop-old-1", "shop-old-uid");
  return {
    ...complete(),
    deployment: deployment("shop", {}, counts),
    pods: [old, ...pods],
    ...more,
  };
}

const many = (count: number, status: object, at = AT) =>
  Array.from({ length: count }, (_, index) => failed(`shop-new-${index}`, status, at));

function verdictOf(timeline: Timeline, inputs = release()) {
  const { seconds, verdict } = play(timeline, inputs);
  return [verdict.kind === "failed" ? verdict.reason : verdict.kind, seconds];
}

describe("pods that the node refuses", () => {
  test("are the reason at once when it refuses more than bad luck explains", () => {
    const { seconds, verdict } = play([[1, rolling(many(28, NODE_AFFINITY))]], release());
    expect(seconds).toBe(1);
    expect(verdict).toMatchObject({
      reason: "node-refused",
      object: "pod shop-new-0",
      message: `refused by the node 28 times, last: NodeAffinity: ${NODE_AFFINITY.message}`,
    });
  });

  test("are no reason while others take their place", () => {
    const [one, two] = many(2, NODE_AFFINITY);
    const pods = [one, two, STARTING, unreadyPod("shop-new-3", "shop-new-uid")].filter(
      (pod) => pod !== undefined,
    );
    expect(
      verdictOf([
        [0, rolling(pods)],
        [10, { ...complete(), pods: [...many(2, NODE_AFFINITY), ...complete().pods] }],
      ]),
    ).toEqual(["ready", 10]);
  });

  test("for want of room have the time of a pod that no node takes", () => {
    const refused = rolling(many(9, OUT_OF_CPU));
    expect(
      verdictOf([
        [0, refused],
        [20, complete()],
      ]),
    ).toEqual(["ready", 20]);
    expect(verdictOf([[0, refused]])).toEqual(["node-refused", 30]);
    expect(verdictOf([[0, refused]], release({ tolerate: { unschedulableSeconds: 5 } }))).toEqual([
      "node-refused",
      5,
    ]);
  });

  test("count also when somebody deletes them in the middle", () => {
    expect(
      verdictOf([
        [0, rolling(many(2, NODE_AFFINITY))],
        [1, rolling([])],
        [2, rolling([failed("shop-new-9", NODE_AFFINITY)])],
      ]),
    ).toEqual(["node-refused", 2]);
  });

  test("are named at the deadline where nothing takes their place", () => {
    expect(verdictOf([[0, rolling([failed("shop-new-0", NODE_AFFINITY)])]])).toEqual([
      "node-refused",
      135,
    ]);
  });

  test("during the wait count, however slow the clock of their node is", () => {
    const target = {
      type: "DisruptionTarget",
      status: "True",
      reason: "TerminationByKubelet",
      lastTransitionTime: "2025-12-31T23:55:00Z",
    };
    const lost = failed("shop-new-1", { ...STORAGE, conditions: [target] });
    const clusterTime = Date.parse(AT) + 5000;
    const timeline: Timeline = [[5, rolling([lost, STARTING], { clusterTime })]];
    expect(verdictOf(timeline)).toEqual(["evicted", 5]);
  });

  test("long before the wait say nothing of it", () => {
    const old = many(9, NODE_AFFINITY, "2025-12-31T00:00:00Z");
    const clusterTime = Date.parse(AT);
    expect(
      verdictOf([
        [0, rolling([...old, STARTING], { clusterTime })],
        [10, { ...complete(), clusterTime }],
      ]),
    ).toEqual(["ready", 10]);
  });
});

describe("evicted pods", () => {
  test("that used more than their own limit fail the release at once", () => {
    const { seconds, verdict } = play(
      [[4, rolling([failed("shop-new-1", STORAGE), STARTING])]],
      release(),
    );
    expect(seconds).toBe(4);
    expect(verdict).toMatchObject({
      reason: "evicted",
      message: `evicted: Evicted: ${STORAGE.message.trim()}`,
    });
  });

  test("are waited out once for a node that lacks something, and no more when it repeats", () => {
    const once = rolling([failed("shop-new-1", PRESSURE), STARTING]);
    expect(
      verdictOf([
        [0, once],
        [10, complete()],
      ]),
    ).toEqual(["ready", 10]);
    const names = ["shop-new-1", "shop-new-2", "shop-new-3"];
    const again = rolling(names.map((name) => failed(name, PRESSURE)));
    expect(
      verdictOf([
        [0, once],
        [20, again],
      ]),
    ).toEqual(["evicted", 20]);
  });

  test("are named beside another reason", () => {
    const probed = unreadyPod("shop-new-2", "shop-new-uid", {
      state: { running: {} },
      started: true,
    });
    const containers = (probed.spec?.containers ?? []).map((it) => ({ ...it, readinessProbe: {} }));
    const pods = [failed("shop-new-1", PRESSURE), { ...probed, spec: { containers } }];
    const { verdict } = play([[0, rolling(pods)]], release({ warmupSeconds: 5 }));
    expect(verdict).toMatchObject({
      reason: "not-ready",
      notes: ["pod shop-new-1 was evicted: Evicted: The node was low on resource: memory."],
    });
  });

  test("of a release that is complete are no fault of it", () => {
    const pods = [...complete().pods, ...many(5, STORAGE)];
    expect(judgeAtOnce(release(), { ...complete(), pods }).kind).toBe("ready");
  });

  test("of a release that is complete are told by a later look and by an up, for an hour", () => {
    const pods = [...complete().pods, failed("shop-new-0", STORAGE)];
    const notes = [`pod shop-new-0 was evicted: Evicted: ${STORAGE.message.trim()} (${AT})`];
    const shown = (minutes: number): Observed => ({
      ...complete(),
      pods,
      clusterTime: Date.parse(AT) + minutes * 60_000,
    });
    expect(judgeAtOnce(release(), shown(59))).toMatchObject({ kind: "ready", notes });
    expect(play([[0, shown(59)]], release()).verdict).toMatchObject({ kind: "ready", notes });
    expect(judgeAtOnce(release(), shown(61))).not.toHaveProperty("notes");
    expect(play([[0, shown(61)]], release()).verdict).not.toHaveProperty("notes");
  });
});

describe("pods that the kubelet has ended, and that ended well when they were asked to", () => {
  /** The status says nothing then: neither a reason nor a condition. */
  const completed = (name: string) => failed(name, { phase: "Succeeded" });
  const eviction = (name: string, message = STORAGE.message) => ({
    metadata: { name: `${name}.e`, uid: `${name}-e` },
    involvedObject: { kind: "Pod", name, uid: `${name}-uid` },
    reason: "Evicted",
    message,
    lastTimestamp: AT,
  });
  const names = ["a", "b"];

  test("are evicted if an event says so, at once for their own limit", () => {
    const warnings = names.map((name) => eviction(name));
    const pods = [...names.map(completed), STARTING];
    const { seconds, verdict } = play([[5, rolling(pods, { warnings })]], release());
    expect([seconds, verdict]).toEqual([
      5,
      expect.objectContaining({
        kind: "failed",
        reason: "evicted",
        message: expect.stringContaining(
          "Evicted: Pod ephemeral local storage usage exceeds",
        ) as unknown,
      }),
    ]);
  });

  test("are evicted while they still stop, and by pressure on the node as often as others", () => {
    const running = readyPod("a", "shop-new-uid");
    const loss = podLossOf(running, [eviction("a", PRESSURE.message)]);
    expect(loss).toMatchObject({ reason: "evicted", chance: "again", at: AT });
    expect(podLossOf(running, [eviction("b")])).toBeUndefined();
  });

  test("are taken from the node without a reason if none is said", () => {
    expect(podLossOf(completed("a"), [])).toMatchObject({
      reason: "disrupted",
      chance: "again",
      message: "the node has ended it, and does not say why (phase Succeeded)",
    });
    const deleted = completed("a");
    const metadata = { ...deleted.metadata, deletionTimestamp: AT };
    expect(podLossOf({ ...deleted, metadata }, [])).toBeUndefined();
  });

  test("are evicted if they have a limit of local storage: nothing else is said of a pod that has failed its probes often", () => {
    const limits = { resources: { limits: { "ephemeral-storage": "8Mi" } } };
    const limited = { containers: [{ name: "shop", image: "", ...limits }] };
    expect(podLossOf({ ...completed("a"), spec: limited }, [])).toMatchObject({
      reason: "evicted",
      chance: "again",
      message:
        "the node has ended it, and does not say why (phase Succeeded); who exceeds its limit of 8Mi of local storage is evicted",
    });
    const spec = {
      containers: [{ name: "shop", image: "" }],
      volumes: [{ name: "cache", emptyDir: { sizeLimit: "1Gi" } }],
    };
    expect(podLossOf({ ...completed("a"), spec }, [])).toMatchObject({ reason: "evicted" });
  });

  test("one after the other are the reason, though none is said", () => {
    const round = (from: number) =>
      rolling([completed(`p${from}`), completed(`p${from + 1}`), STARTING]);
    expect(
      verdictOf([
        [0, round(0)],
        [9, round(2)],
      ]),
    ).toEqual(["disrupted", 9]);
  });
});

describe("pods that are taken from their nodes", () => {
  test.each([
    ["PreemptionByScheduler", "disrupted"],
    ["EvictionByEvictionAPI", "disrupted"],
    ["DeletionByTaintManager", "disrupted"],
  ])("by %s are %s", (reason, expected) => {
    expect(podLossOf(disrupted("a", reason), [])).toMatchObject({
      reason: expected,
      message: `${reason}: it must go`,
    });
  });

  test("for a drain of all nodes are replaced without a word", () => {
    const drained = ["shop-new-1", "shop-new-2"].map((name) =>
      disrupted(name, "EvictionByEvictionAPI"),
    );
    expect(
      verdictOf([
        [0, rolling(drained)],
        [20, rolling([STARTING])],
        [30, complete()],
      ]),
    ).toEqual(["ready", 30]);
  });

  test("again and again are the reason", () => {
    const preempted = (from: number): Observed =>
      rolling(
        [from, from + 1].map((index) => disrupted(`shop-new-${index}`, "PreemptionByScheduler")),
      );
    expect(
      verdictOf([
        [0, preempted(0)],
        [9, preempted(2)],
      ]),
    ).toEqual(["disrupted", 9]);
  });

  test("are named where the node does not answer, in place of a probe", () => {
    const pod = {
      ...STARTING,
      spec: {
        ...STARTING.spec,
        nodeName: "one",
        containers: [{ name: "shop", image: "", readinessProbe: {} }],
      },
    };
    const warning = {
      metadata: { name: "e", uid: "e" },
      involvedObject: { kind: "Pod", uid: "shop-new-2-uid" },
      reason: "NodeNotReady",
      message: "Node is not ready",
      lastTimestamp: AT,
    };
    const { verdict } = play([[0, rolling([pod], { warnings: [warning] })]], release());
    expect(verdict).toMatchObject({ reason: "disrupted", message: "node one: Node is not ready" });
  });
});

test.each<[string, Pod]>([
  ["runs", STARTING],
  [
    "is deleted by hand",
    { ...STARTING, metadata: { ...STARTING.metadata, deletionTimestamp: AT } },
  ],
  [
    "has crashed for good",
    { ...failed("a", {}), spec: { containers: [], restartPolicy: "Never" } },
  ],
  [
    "has overrun its own deadline",
    failed("a", {
      reason: "DeadlineExceeded",
      containerStatuses: [{ name: "shop", state: { terminated: { startedAt: AT } } }],
    }),
  ],
])("a pod that %s is not lost", (_case, pod) => {
  expect(podLossOf(pod, [])).toBeUndefined();
});

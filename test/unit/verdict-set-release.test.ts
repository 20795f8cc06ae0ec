// Proves the rules of releases that a StatefulSet or a DaemonSet delivers on objects made by hand; that a cluster shows such
// objects is proved by test/e2e/kinds.
import type { Cluster } from "../../provider/cluster.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { brokenBefore, OldPods } from "../../provider/readiness/old-pods.ts";
import { assess } from "../../provider/verdict/assessment.ts";
import type { Failed, Verdict } from "../../provider/verdict/finding.ts";
import { nameOf, type Pod } from "../../provider/verdict/objects.ts";
import { newReplicaSet, podsOf } from "../../provider/verdict/revision.ts";
import { judgeAtOnce } from "../../provider/verdict/rollout.ts";
import { IMAGE } from "../support/release-objects.ts";
import { play } from "../support/timeline.ts";
import {
  daemonSet,
  observedNodes,
  observedSet,
  setPod,
  setRelease,
  statefulSet,
} from "../support/set-objects.ts";

const READY = ["db-0", "db-1", "db-2"].map((name) => setPod(name, "new"));
const CRASHING = {
  restartCount: 3,
  state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
  lastState: { terminated: { exitCode: 3, reason: "Error" } },
};
const PARTITION = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };
const BY_SETS = setRelease();
const BY_NODES = setRelease("DaemonSet");

test("a StatefulSet is ready when its pods of the new revision are, which are the proof", () => {
  expect(judgeAtOnce(BY_SETS, observedSet(statefulSet(), READY))).toEqual({
    kind: "ready",
    replicaSet: "db-new",
    pods: READY.map((pod) => ({ name: nameOf(pod), imageID: IMAGE })),
  });
});

test("pods of the earlier revision are no proof", () => {
  const pods = [setPod("db-0", "old"), setPod("db-1", "old"), setPod("db-2", "new")];
  const observed = observedSet(statefulSet({}, { updatedReplicas: 1 }), pods);
  expect(podsOf(newReplicaSet(observed), pods).map(nameOf)).toEqual(["db-2"]);
  expect(assess(BY_SETS, observed).findings[0]).toMatchObject({
    reason: "not-ready",
    object: "statefulset db",
    message: "1 of 3 pods are of the new revision",
  });
});

test("a StatefulSet whose generation is not observed has no new revision yet", () => {
  const observed = observedSet(statefulSet({}, { observedGeneration: 1 }), READY);
  expect(newReplicaSet(observed)).toBeUndefined();
  expect(judgeAtOnce(BY_SETS, observed)).toMatchObject({ reason: "not-observed" });
});

test("a partition is ready with the pods above it, and is told", () => {
  const pods = [setPod("db-0", "old"), setPod("db-1", "old"), setPod("db-2", "new")];
  const observed = observedSet(statefulSet(PARTITION, { updatedReplicas: 1 }), pods);
  expect(judgeAtOnce(BY_SETS, observed)).toEqual({
    kind: "ready",
    replicaSet: "db-new",
    pods: [{ name: "db-2", imageID: IMAGE }],
    notes: ["partition 2 holds back db-0, db-1: they run an earlier revision"],
  });
});

test("a partition that was raised over all pods proves nothing", () => {
  const spec = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 3 } } };
  const observed = observedSet(statefulSet(spec, { updatedReplicas: 0 }), [
    setPod("db-0", "old"),
    setPod("db-1", "old"),
    setPod("db-2", "old"),
  ]);
  expect(judgeAtOnce(BY_SETS, observed)).toMatchObject({
    kind: "failed",
    reason: "paused",
    message:
      "partition 3 holds back all of its 3 pods, so that none of them proves the release; lower it",
  });
});

test("a partition over all pods of a set that is not scaled yet holds back none that runs the release", () => {
  const spec = {
    replicas: 1,
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
  };
  const counts = { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 };
  const observed = observedSet(statefulSet(spec, counts), [setPod("db-0", "new")]);
  expect(judgeAtOnce(BY_SETS, observed)).toMatchObject({
    kind: "ready",
    pods: [{ name: "db-0", imageID: IMAGE }],
  });
});

test("a partition that was raised since it was applied fails the release, and one that was lowered does not", () => {
  const waiting = statefulSet({}, { updatedReplicas: 1, availableReplicas: 2 });
  const pods = [setPod("db-0", "old"), setPod("db-1", "old"), setPod("db-2", "new")];
  const changed = (partition: number) => ({
    ...statefulSet(
      { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } } },
      { observedGeneration: 3, updatedReplicas: 1 },
    ),
    metadata: { ...waiting.metadata, generation: 3 },
  });
  const parted = { ...waiting, spec: { ...waiting.spec, ...changed(1).spec } } as typeof waiting;
  const timeline = (first: typeof waiting, then: typeof waiting) =>
    [
      [0, observedSet(first, pods)],
      [5, observedSet(then, pods)],
    ] as const;
  expect(play(timeline(waiting, changed(2)), BY_SETS)).toMatchObject({
    seconds: 5,
    verdict: {
      reason: "paused",
      object: "statefulset db",
      message:
        "somebody has raised the partition from 0 to 2 since it was applied, so that it holds back pods; pulumi up --refresh puts that back",
    },
  });
  const lowered = [
    [0, observedSet(parted, pods)],
    [
      5,
      observedSet(
        { ...changed(0), status: { ...changed(0).status, replicas: 3, updatedReplicas: 3 } },
        READY,
      ),
    ],
  ] as const;
  expect(play(lowered, BY_SETS)).toMatchObject({ verdict: { kind: "ready" } });
});

test("a pod of the new revision that crashes fails the release", () => {
  const pods = [setPod("db-0", "old"), setPod("db-1", "old"), setPod("db-2", "new", CRASHING)];
  const set = statefulSet({}, { updatedReplicas: 1, availableReplicas: 2 });
  expect(judgeAtOnce(BY_SETS, observedSet(set, pods))).toMatchObject({
    reason: "crash-loop",
    object: "pod db-2",
  });
});

test("a pod that has time to stop is a step on the way", () => {
  const at = Date.parse("2026-01-01T00:00:00Z");
  const leaving = (seconds: number): Pod => {
    const pod = setPod("db-2", "old");
    const deletionTimestamp = new Date(at + seconds * 1000).toISOString();
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp } };
  };
  const shown = (seconds: number) => ({
    ...observedSet(statefulSet(), [...READY.slice(0, 2), leaving(seconds)]),
    clusterTime: at,
  });
  expect(assess(BY_SETS, shown(60)).isOnItsWay).toBe(true);
  expect(assess(BY_SETS, shown(-60)).isOnItsWay).toBe(false);
});

test("a quota that has no room for a pod is told by events, until a pod was made since", () => {
  const set = statefulSet({}, { replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
  const refusal = {
    metadata: { name: "db.1", uid: "event" },
    involvedObject: { uid: "db-uid" },
    type: "Warning",
    reason: "FailedCreate",
    message:
      'create Pod db-2 in StatefulSet db failed error: pods "db-2" is forbidden: exceeded quota: none, requested: pods=1, used: pods=2, limited: pods=2',
    lastTimestamp: "2026-01-01T00:00:10Z",
  };
  const madeAt = (creationTimestamp: string) =>
    READY.slice(0, 2).map((pod) => ({ ...pod, metadata: { ...pod.metadata, creationTimestamp } }));
  const shown = (at: string) => ({ ...observedSet(set, madeAt(at)), warnings: [refusal] });
  expect(judgeAtOnce(BY_SETS, shown("2026-01-01T00:00:00Z"))).toMatchObject({
    reason: "quota-exceeded",
    object: "statefulset db",
  });
  expect(judgeAtOnce(BY_SETS, shown("2026-01-01T00:01:00Z"))).toMatchObject({
    reason: "not-ready",
  });
});

describe("a broken pod that a StatefulSet does not replace", () => {
  const PODS = [setPod("db-0", "new"), setPod("db-1", "old", CRASHING), setPod("db-2", "new")];
  const SET = statefulSet({}, { updatedReplicas: 2, availableReplicas: 2 });
  const STUCK: Failed = {
    kind: "failed",
    reason: "old-pod-stuck",
    object: "pod db-1",
    message: "stuck",
  };
  const PROGRESSING: Verdict = { kind: "progressing", text: "", wakeAt: 0 };
  const signal = new AbortController().signal;

  function clusterOf(deletePod: (pod: Pod) => void): Pick<Cluster, "deletePod"> {
    return {
      deletePod: (_, pod) => {
        deletePod(pod);
        return Promise.resolve();
      },
    };
  }

  async function deleted(
    broken: ConstructorParameters<typeof OldPods>[2],
    verdict: Verdict = PROGRESSING,
    set = SET,
  ): Promise<string[]> {
    const names: string[] = [];
    const cluster = clusterOf((pod) => names.push(nameOf(pod)));
    const oldPods = new OldPods(cluster, BY_SETS, broken);
    await oldPods.see(verdict, observedSet(set, PODS), signal);
    await oldPods.see(verdict, observedSet(set, PODS), signal);
    return names;
  }

  test("is deleted once, when its revision is known to be broken", async () => {
    expect(await deleted("others")).toEqual(["db-1"]);
    expect(await deleted({ revision: "db-old" })).toEqual(["db-1"]);
    expect(await deleted({ revision: "db-older" })).toEqual([]);
    expect(await deleted(undefined)).toEqual([]);
  });

  test("is deleted when it would fail the release, which goes on", async () => {
    expect(await deleted(undefined, STUCK)).toEqual(["db-1"]);
    const oldPods = new OldPods(
      clusterOf(() => undefined),
      BY_SETS,
      undefined,
    );
    expect(await oldPods.see(STUCK, observedSet(SET, PODS), signal)).toMatchObject({
      kind: "progressing",
    });
  });

  test("is left when the release has failed for a different reason", async () => {
    expect(await deleted("others", { ...STUCK, reason: "superseded" })).toEqual([]);
    expect(await deleted({ revision: "db-old" }, { ...STUCK, reason: "crash-loop" })).toEqual([]);
  });

  test("is left where its deletion would change nothing", async () => {
    expect(await deleted("others", PROGRESSING, statefulSet(PARTITION))).toEqual([]);
    const parallel = statefulSet({ podManagementPolicy: "Parallel" });
    expect(await deleted("others", PROGRESSING, parallel)).toEqual([]);
    expect(
      await deleted("others", PROGRESSING, statefulSet({}, { observedGeneration: 1 })),
    ).toEqual([]);
  });

  test("is left to a person who may delete it", async () => {
    const cluster = {
      deletePod: () => Promise.reject(new ApiError(403, "pods is forbidden")),
    };
    const oldPods = new OldPods(cluster, BY_SETS, undefined);
    expect(await oldPods.see(STUCK, observedSet(SET, PODS), signal)).toEqual({
      ...STUCK,
      notes: ["this identity may not delete it: pods is forbidden; grant it delete on pods"],
    });
  });

  test("is known by the record of a release that failed and runs", () => {
    const failed = { verdict: "failed", running: null, replicaSet: "db-old" } as const;
    const record = { ...failed, reason: "crash-loop" };
    expect(brokenBefore(record as never)).toEqual({ revision: "db-old" });
    expect(brokenBefore({ ...record, verdict: "ready" } as never)).toBeUndefined();
    expect(brokenBefore(undefined)).toBeUndefined();
  });

  test.each(["interrupted", "cluster-unreachable", "forbidden"])(
    "is not known by the record of a release of which nothing is known, by %s",
    (reason) => {
      const record = { verdict: "failed", reason, running: null, replicaSet: "db-old" };
      expect(brokenBefore(record as never)).toBeUndefined();
    },
  );
});

describe("a DaemonSet", () => {
  const PODS = ["db-a", "db-b", "db-c"].map((name) => setPod(name, "new"));
  const AWAY = { ready: true, state: { running: {} } };
  const away = (name: string, revision: "old" | "new"): Pod => {
    const pod = setPod(name, revision, AWAY);
    const conditions = [
      { type: "Ready", status: "False" },
      { type: "ContainersReady", status: "True" },
    ];
    return { ...pod, status: { ...pod.status, phase: "Running", conditions } };
  };

  test("is ready when each node's pod is, which are the proof", () => {
    expect(judgeAtOnce(BY_NODES, observedNodes(daemonSet(), PODS))).toMatchObject({
      kind: "ready",
      replicaSet: "db-new",
      pods: [{ name: "db-a" }, { name: "db-b" }, { name: "db-c" }],
    });
  });

  test("waits for a node that was added meanwhile", () => {
    const set = daemonSet({}, { desiredNumberScheduled: 4 });
    expect(judgeAtOnce(BY_NODES, observedNodes(set, PODS))).toMatchObject({
      reason: "not-ready",
      object: "daemonset db",
      message: "3 of 4 nodes have a pod of the new template",
    });
  });

  test("is not held up by as many nodes that are away as it lets be unavailable", () => {
    const counts = { updatedNumberScheduled: 2, numberAvailable: 2 };
    const pods = [...PODS.slice(0, 2), away("db-c", "old")];
    expect(judgeAtOnce(BY_NODES, observedNodes(daemonSet({}, counts), pods))).toMatchObject({
      kind: "ready",
    });
    const most = { updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } };
    expect(judgeAtOnce(BY_NODES, observedNodes(daemonSet(most, counts), pods))).toMatchObject({
      reason: "not-ready",
      message: "2 of 3 nodes have a pod of the new template; the node of db-c is away",
    });
  });

  test("counts a pod as away of which no kubelet has said a word for 30 s", () => {
    const at = "2026-01-01T00:00:00Z";
    const pod = setPod("db-c", "new", {});
    const silent: Pod = {
      ...pod,
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: at }],
      },
    };
    const set = daemonSet({}, { numberAvailable: 2 });
    const after = (seconds: number) =>
      judgeAtOnce(
        BY_NODES,
        observedNodes(set, [...PODS.slice(0, 2), silent], Date.parse(at) + seconds * 1000),
      );
    expect(after(10)).toMatchObject({ reason: "not-ready" });
    expect(after(31)).toMatchObject({ kind: "ready" });
  });

  test("is proved by no pod where no node takes one", () => {
    const none = { desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 };
    expect(judgeAtOnce(BY_NODES, observedNodes(daemonSet({}, none), []))).toMatchObject({
      reason: "not-ready",
      message:
        "no node is to have a pod of it: its node selector, affinity or the nodes' taints leave none",
    });
  });
});

// Proves when a full quota is final; that a cluster shows it so is proved by the catalogue.
import type { Deployment, Observed, Pod, ReplicaSet } from "../../provider/verdict/objects.ts";
import { isBeyond } from "../../provider/verdict/quota.ts";
import {
  complete,
  deployment,
  readyPod,
  release,
  replicaSet,
  unreadyPod,
} from "../support/release-objects.ts";
import { play, type Timeline } from "../support/timeline.ts";

const FULL =
  'pods "shop-new-2" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3';

const strategy = { rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } };
const NEW = readyPod("shop-new-1", "shop-new-uid");
const OLD = readyPod("shop-old-1", "shop-old-uid");

function refused(message = FULL): ReplicaSet {
  const set = replicaSet("shop", "new", "2", 2);
  const failure = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
  return { ...set, status: { replicas: 1, conditions: [failure] } };
}

function leaving(pod: Pod, deletionGracePeriodSeconds = 30): Pod {
  const deletionTimestamp = "2026-01-01T00:00:30Z";
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds } };
}

/** One new pod of two is refused; beside it there are these. */
function short(pods: readonly Pod[], oldReplicas: number, message = FULL): Observed {
  return {
    ...complete(),
    deployment: deployment("shop", { strategy }, { updatedReplicas: 1, availableReplicas: 2 }),
    replicaSets: [replicaSet("shop", "old", "1", oldReplicas), refused(message)],
    pods,
  };
}

/** The namespace has a service more, whose rollout has come as far as this. */
function beside(observed: Observed, pods: readonly Pod[], status: Deployment["status"] = {}) {
  const neighbours = {
    deployments: [deployment("till", { strategy }, status)],
    replicaSets: [replicaSet("till", "old", "1", 1), replicaSet("till", "new", "2", 1)],
  };
  return {
    ...observed,
    neighbourhood: {
      deployments: [
        ...(observed.deployment ? [observed.deployment] : []),
        ...neighbours.deployments,
      ],
      replicaSets: [...observed.replicaSets, ...neighbours.replicaSets],
      pods: [...observed.pods, ...pods],
    },
  };
}

function verdictOf(timeline: Timeline) {
  const { seconds, verdict } = play(timeline, release());
  return [verdict.kind === "failed" ? verdict.reason : verdict.kind, seconds];
}

test("a full quota is waited for while an old pod leaves, and until its room is asked for again", () => {
  expect(
    verdictOf([
      [0, short([NEW, leaving(OLD)], 0)],
      [8, short([NEW], 0)],
      [12, complete()],
    ]),
  ).toEqual(["ready", 12]);
});

test("the room that a pod leaves after a long drain is asked for as long again", () => {
  expect(
    verdictOf([
      [0, short([NEW, leaving(OLD, 45)], 0)],
      [45, short([NEW], 0)],
      [85, complete()],
    ]),
  ).toEqual(["ready", 85]);
});

test("a controller that was refused more often than the time lets expect is given its pause", () => {
  const warnings = [9, 5].map((count) => ({
    metadata: { name: `refused-${count}`, uid: `refused-${count}` },
    involvedObject: { kind: "ReplicaSet", uid: "shop-new-uid" },
    reason: "FailedCreate",
    count,
  }));
  const timeline = (until: number): Timeline => [
    [0, { ...short([NEW, leaving(OLD)], 0), warnings }],
    [14, { ...short([NEW], 0), warnings }],
    [until, complete()],
  ];
  expect(verdictOf(timeline(94))).toEqual(["ready", 94]);
  expect(verdictOf(timeline(200))).toEqual(["quota-exceeded", 95.92]);
});

test("a quota that is still full well after the last pod has left is final", () => {
  expect(
    verdictOf([
      [0, short([NEW, leaving(OLD)], 0)],
      [8, short([NEW], 0)],
    ]),
  ).toEqual(["quota-exceeded", 38]);
});

test("each pod that leaves has its own time", () => {
  const second = readyPod("shop-old-2", "shop-old-uid");
  expect(
    verdictOf([
      [0, short([NEW, leaving(OLD), leaving(second)], 0)],
      [50, short([NEW, leaving(second)], 0)],
      [100, complete()],
    ]),
  ).toEqual(["ready", 100]);
});

test("a pod that does not leave in its time makes no room", () => {
  expect(verdictOf([[0, short([NEW, leaving(OLD, 10)], 0)]])).toEqual(["quota-exceeded", 60]);
});

test("an old pod that its replica set is about to delete makes room", () => {
  expect(
    verdictOf([
      [0, short([NEW, OLD], 0)],
      [1, short([NEW, leaving(OLD)], 0)],
      [9, short([NEW], 0)],
      [12, complete()],
    ]),
  ).toEqual(["ready", 12]);
});

test("a new pod that is on its way makes room when it is ready", () => {
  const starting = unreadyPod("shop-new-1", "shop-new-uid", { state: { running: {} } });
  const old = [OLD, readyPod("shop-old-2", "shop-old-uid")];
  expect(
    verdictOf([
      [0, short([starting, ...old], 2)],
      [50, short([NEW, ...old], 1)],
      [52, short([NEW, OLD], 1)],
      [60, complete()],
    ]),
  ).toEqual(["ready", 60]);
});

test("a rollout with no new pod, which may delete no old one, fails at once", () => {
  expect(verdictOf([[1, short([OLD, readyPod("shop-old-2", "shop-old-uid")], 2)]])).toEqual([
    "quota-exceeded",
    1,
  ]);
});

test("an update with a surge in a full quota has the way without one in its notes, and no other refusal has", () => {
  const stuck = { ...short([OLD, readyPod("shop-old-2", "shop-old-uid")], 2) };
  const { verdict } = play([[0, stuck]], release());
  expect(verdict).toMatchObject({
    reason: "quota-exceeded",
    notes: [
      "the new pods need room beside the old ones: free some of the quota, or update without a surge (replacement: {surge: 0, unavailable: 1}, or recreate)",
    ],
  });
  const first = play([[0, short([NEW], 0)]], release()).verdict;
  expect(first).toMatchObject({ reason: "quota-exceeded" });
  expect(first).not.toHaveProperty("notes");
});

test("a pod that asks for more than the quota has fails at once, whatever leaves", () => {
  const none = FULL.replace("limited: pods=3", "limited: pods=0");
  expect(verdictOf([[1, short([NEW, leaving(OLD)], 0, none)]])).toEqual(["quota-exceeded", 1]);
});

test("somebody else's pod that leaves makes room", () => {
  const alone = short([NEW], 0);
  expect(
    verdictOf([
      [0, beside(alone, [leaving(readyPod("debug", "nobody"))])],
      [20, beside(alone, [])],
      [24, complete()],
    ]),
  ).toEqual(["ready", 24]);
});

test("a neighbour's rollout makes room as it goes on, and none where it is stuck", () => {
  const till = [
    readyPod("till-old-1", "till-old-uid"),
    unreadyPod("till-new-1", "till-new-uid", { state: { running: {} } }),
  ];
  const alone = short([NEW], 0);
  expect(
    verdictOf([
      [0, beside(alone, till)],
      [80, complete()],
    ]),
  ).toEqual(["ready", 80]);
  const conditions = [{ type: "Progressing", status: "False" }];
  expect(verdictOf([[0, beside(alone, till, { conditions })]])).toEqual(["quota-exceeded", 0]);
});

test("a Job's pod whose container has ended makes room", () => {
  const state = { state: { terminated: { exitCode: 0 } } };
  const pod = unreadyPod("migrate", "migrate-uid", state);
  const containers = pod.spec?.containers ?? [];
  const ended: Pod = {
    ...pod,
    spec: { containers, restartPolicy: "Never" },
    status: { ...pod.status, phase: "Running" },
  };
  const alone = short([NEW], 0);
  expect(
    verdictOf([
      [0, beside(alone, [ended])],
      [5, complete()],
    ]),
  ).toEqual(["ready", 5]);
});

test.each([
  ["requested: pods=1, used: pods=0, limited: pods=0", true],
  ["requested: pods=1, used: pods=3, limited: pods=3", false],
  [
    "requested: requests.memory=32Mi, used: requests.memory=32Mi, limited: requests.memory=48Mi",
    false,
  ],
  [
    "requested: limits.cpu=1,limits.memory=2Gi, used: limits.cpu=0, limited: limits.cpu=2,limits.memory=1536Mi",
    true,
  ],
  ["requested: cpu=500m, used: cpu=0, limited: cpu=1", false],
  ["requested: cpu=1500m, used: cpu=0, limited: cpu=1", true],
  ["requested: what, ever", false],
])("%s is beyond the quota: %s", (words, beyond) => {
  expect(isBeyond(`pods "a" is forbidden: exceeded quota: q, ${words}`)).toBe(beyond);
});

// Proves the rules on objects made by hand; that a cluster shows such objects is proved by test/e2e/other-kinds.
import type { Event, Pod } from "../../provider/verdict/objects.ts";
import { ObjectWait } from "../../provider/verdict/object-wait.ts";
import { awaitedOf, eventOf, objectOf, observedOf, podOf } from "../support/kind-objects.ts";
import { expectNeverReady, expectVerdict, type VerdictCase } from "../support/verdict-case.ts";

const SET = awaitedOf("apps/v1", "StatefulSet");
const NEW = { "controller-revision-hash": "thing-new" };
const OLD = { "controller-revision-hash": "thing-old" };
const setStatus = {
  observedGeneration: 2,
  replicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  updatedReplicas: 2,
  currentRevision: "thing-new",
  updateRevision: "thing-new",
};
const set = (status: object, pods: readonly Pod[], spec = {}, events: readonly Event[] = []) =>
  observedOf(objectOf({ replicas: 2, ...spec }, { ...setStatus, ...status }), pods, events);
const both = [podOf("thing-0", NEW), podOf("thing-1", NEW)];
const rolling = {
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  currentRevision: "thing-old",
};

const SETS: readonly VerdictCase[] = [
  ["is ready when all pods are renewed and available", set({}, both), /^ready: 2\/2 ready$/, 0],
  [
    "is ready without replicas",
    set({ replicas: 0, readyReplicas: 0, availableReplicas: 0, updatedReplicas: 0 }, [], {
      replicas: 0,
    }),
    /^ready/,
    0,
  ],
  [
    "waits for its generation to be observed",
    set({ observedGeneration: 1 }, both),
    /^not-observed: generation 2/,
    120,
  ],
  [
    "waits for pods of the new revision",
    set({ updatedReplicas: 1 }, both),
    /^not-ready: 1 of 2 pods are of the new revision/,
    120,
  ],
  [
    "waits for minReadySeconds",
    set({ availableReplicas: 1 }, both),
    /^not-ready: 1 of 2 pods are available/,
    120,
  ],
  [
    "waits for pods that are counted and not yet seen",
    set({}, both.slice(0, 1)),
    /^not-ready: 1 of 2 pods are ready/,
    120,
  ],
  [
    "fails for a pod of the new revision without image",
    set(rolling, [podOf("thing-0", OLD), podOf("thing-1", NEW, "no image")]),
    /^image-not-found/,
    0,
  ],
  [
    "says that it does not replace a broken pod of an earlier revision",
    set({ ...rolling, updatedReplicas: 0 }, [podOf("thing-0", OLD, "no image")]),
    /^old-pod-stuck: pod thing-0 of an earlier revision is broken \(image-not-found: .*delete it: kubectl delete pod thing-0$/,
    10,
  ],
  [
    "does not take a broken pod for stuck where pods are managed in parallel",
    set({ ...rolling, updatedReplicas: 0 }, [podOf("thing-0", OLD, "no image")], {
      podManagementPolicy: "Parallel",
    }),
    /^not-ready: 0 of 2/,
    120,
  ],
  [
    "is ready with the pods that a partition holds back",
    set(
      { updatedReplicas: 1, currentRevision: "thing-old" },
      [podOf("thing-0", OLD), podOf("thing-1", NEW)],
      {
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
      },
    ),
    /^ready/,
    0,
  ],
  [
    "is ready with old pods that are left to be deleted by hand",
    set(
      { updatedReplicas: 0, currentRevision: "thing-old" },
      [podOf("thing-0", OLD), podOf("thing-1", OLD)],
      { updateStrategy: { type: "OnDelete" } },
    ),
    /^ready/,
    0,
  ],
  [
    "fails when a pod is not admitted",
    set({ replicas: 0, readyReplicas: 0, availableReplicas: 0, updatedReplicas: 0 }, [], {}, [
      eventOf(
        "FailedCreate",
        'create Pod thing-0 in StatefulSet thing failed error: pods "thing-0" is forbidden: violates PodSecurity',
        { type: "Warning" },
      ),
    ]),
    /^admission-denied: pods "thing-0" is forbidden/,
    0,
  ],
  [
    "waits for pods that are too many",
    set({ replicas: 3 }, both),
    /^old-pods: 1 surplus pods still exist$/,
    120,
  ],
];
test.each(SETS)("a StatefulSet %s", (...row) => {
  expectVerdict(SET, row);
});

test("a StatefulSet that is not ready is ready at no time", () => {
  expectNeverReady(SET, SETS);
});

test("another revision than the first one seen is somebody else's change", () => {
  const wait = new ObjectWait(SET, 0);
  expect(wait.judge(set(rolling, []), 0)).toMatchObject({ kind: "progressing" });
  const other = set({ updateRevision: "thing-third" }, []);
  expect(wait.judge(other, 1000)).toMatchObject({ kind: "failed", reason: "superseded" });
});

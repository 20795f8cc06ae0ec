// Proves the rules of the other kinds on objects made by hand; that a cluster shows such objects is proved by test/e2e/other-kinds.
import fc from "fast-check";
import type { ObjectReadinessInputs, ObjectRules } from "../../contract";
import type { ObservedObject } from "../../provider/verdict/awaited-object";
import type { Event, Pod } from "../../provider/verdict/objects";
import { judgeObjectAtOnce, ObjectWait } from "../../provider/verdict/object-wait";
import { awaitedOf, eventOf, objectOf, observedOf, podOf } from "../support/kind-objects";

/** What is judged, its verdict in the form `reason: message` or `ready: text`, and after how many seconds if nothing changes. */
type Case = readonly [string, ObservedObject, RegExp, number];

function verdictOf(awaited: ObjectReadinessInputs, observed: ObservedObject) {
  const wait = new ObjectWait(awaited, 0);
  for (let now = 0; ;) {
    const verdict = wait.judge(observed, now);
    if (verdict.kind !== "progressing") {
      const [code, words] =
        verdict.kind === "ready" ? ["ready", verdict.text] : [verdict.reason, verdict.message];
      return { seconds: now / 1000, said: `${code}: ${words}` };
    }
    now = Math.max(verdict.wakeAt, now + 1);
  }
}

function expectVerdict(awaited: ObjectReadinessInputs, [, observed, said, seconds]: Case) {
  const verdict = verdictOf(awaited, observed);
  expect(verdict.said).toMatch(said);
  expect(verdict.seconds).toBe(seconds);
}

const QUOTA = 'pods "thing-1" is forbidden: exceeded quota: none, requested: pods=1';

const JOB = awaitedOf("batch/v1", "Job");
const job = (status: object, pods: readonly Pod[] = [], events: readonly Event[] = [], spec = {}) =>
  observedOf(objectOf({ backoffLimit: 1, completions: 1, ...spec }, status), pods, events);
const ended = (type: string, reason = "", message = "") => ({
  conditions: [{ type, status: "True", reason, message }],
});
const crashed = podOf(
  "thing-1",
  {},
  {
    state: { terminated: { exitCode: 3, reason: "Error", finishedAt: "2026-01-01T00:00:05Z" } },
  },
);
const failedPod: Pod = { ...crashed, status: { ...crashed.status, phase: "Failed" } };

const JOBS: readonly Case[] = [
  ["is ready when complete", job({ succeeded: 1, ...ended("Complete") }), /^ready: 1\/1 succ/, 0],
  [
    "fails when its tries are used up, with the exit code of the last",
    job(ended("Failed", "BackoffLimitExceeded", "reached the limit"), [failedPod]),
    /^job-failed: BackoffLimitExceeded: reached the limit; its last pod ended with exit code 3 \(Error\)$/,
    0,
  ],
  [
    "fails while its last pods are made to end",
    job(ended("FailureTarget", "DeadlineExceeded")),
    /^job-failed: DeadlineExceeded/,
    0,
  ],
  [
    "fails by its pod failure policy",
    job(ended("Failed", "PodFailurePolicy", "exit code 42")),
    /^job-failed: PodFailurePolicy: exit code 42/,
    0,
  ],
  [
    "goes on after a crash while there are tries left",
    job({ active: 1, failed: 1 }, [failedPod]),
    /^not-ready: the Job is not complete: 0\/1 succeeded, 1 of 2 tries failed$/,
    120,
  ],
  [
    "goes on while a container that crashed is started again",
    job({ active: 1 }, [
      podOf(
        "thing-1",
        {},
        {
          restartCount: 5,
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { exitCode: 1, reason: "Error" } },
        },
      ),
    ]),
    /^not-ready: the Job is not complete/,
    120,
  ],
  [
    "fails at once for a missing image",
    job({ active: 1 }, [podOf("thing-1", {}, "no image")]),
    /^image-not-found/,
    0,
  ],
  [
    "waits for a pod that runs and never gets ready",
    job({ active: 1 }, [podOf("thing-1", {}, { started: true, state: { running: {} } })]),
    /^not-ready: the Job is not complete: 0\/1 succeeded, 1 starting$/,
    120,
  ],
  [
    "names a suspended Job at the deadline",
    job({}, [], [], { suspend: true }),
    /^suspended: /,
    120,
  ],
  [
    "waits for pods to end after its success is certain",
    job(ended("SuccessCriteriaMet")),
    /^not-ready: the Job has succeeded, but/,
    120,
  ],
  [
    "fails when the quota takes no pod",
    job({}, [], [eventOf("FailedCreate", `Error creating: ${QUOTA}`, { type: "Warning" })]),
    /^quota-exceeded: pods "thing-1" is forbidden/,
    0,
  ],
  ["fails when it is gone", observedOf(undefined), /^object-missing: job thing is gone/, 0],
];
test.each(JOBS)("a Job %s", (...row) => {
  expectVerdict(JOB, row);
});

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

const SETS: readonly Case[] = [
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
  ["waits for pods that are too many", set({ replicas: 3 }, both), /^old-pods: 1 pods more/, 120],
];
test.each(SETS)("a StatefulSet %s", (...row) => {
  expectVerdict(SET, row);
});

const DAEMONS = awaitedOf("apps/v1", "DaemonSet");
const daemonStatus = {
  observedGeneration: 2,
  desiredNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
};
const TEMPLATE = { annotations: { "deprecated.daemonset.template.generation": "2" } };
const daemons = (status: object, pods: readonly Pod[], spec = {}, events: readonly Event[] = []) =>
  observedOf(objectOf(spec, { ...daemonStatus, ...status }, TEMPLATE), pods, events);
const SECOND = { "pod-template-generation": "2" };
const FIRST = { "pod-template-generation": "1" };
const pair = [podOf("thing-a", SECOND), podOf("thing-b", SECOND)];
const away: Pod = {
  ...podOf("thing-b", FIRST),
  status: {
    ...podOf("thing-b", FIRST).status,
    conditions: [
      { type: "PodScheduled", status: "True" },
      { type: "ContainersReady", status: "True" },
      { type: "Ready", status: "False" },
    ],
  },
};
const lost = { updatedNumberScheduled: 1, numberAvailable: 1 };

const DAEMON_SETS: readonly Case[] = [
  [
    "is ready when each node has an available pod of the new template",
    daemons({}, pair),
    /^ready: 2\/2 ready$/,
    0,
  ],
  [
    "is ready where no node is asked for",
    daemons({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 }, []),
    /^ready/,
    0,
  ],
  [
    "waits for its generation to be observed",
    daemons({ observedGeneration: 1 }, pair),
    /^not-observed/,
    120,
  ],
  [
    "waits for nodes with a pod of the old template",
    daemons({ updatedNumberScheduled: 1 }, [podOf("thing-a", SECOND), podOf("thing-b", FIRST)]),
    /^not-ready: 1 of 2 nodes/,
    120,
  ],
  [
    "waits for a node that has just come",
    daemons({ desiredNumberScheduled: 3, updatedNumberScheduled: 3 }, pair),
    /^not-ready: the pods of 2 of 3 nodes/,
    120,
  ],
  [
    "waits for minReadySeconds",
    daemons({ numberAvailable: 1 }, pair),
    /^not-ready: the pods of 1 of 2/,
    120,
  ],
  [
    "fails for a pod of the new template without image",
    daemons({ numberAvailable: 1 }, [
      podOf("thing-a", SECOND),
      podOf("thing-b", SECOND, "no image"),
    ]),
    /^image-not-found/,
    0,
  ],
  [
    "does not judge pods of the old template",
    daemons({ updatedNumberScheduled: 1, numberAvailable: 1 }, [
      podOf("thing-a", SECOND),
      podOf("thing-b", FIRST, "no image"),
    ]),
    /^not-ready: 1 of 2 nodes/,
    120,
  ],
  [
    "is not held up by a node that is away",
    daemons(lost, [podOf("thing-a", SECOND), away]),
    /^ready/,
    0,
  ],
  [
    "is held up by more nodes that are away than may be unavailable",
    daemons(lost, [podOf("thing-a", SECOND), away], {
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } },
    }),
    /^not-ready: 1 of 2 nodes have a pod of the new template; the node of thing-b is away$/,
    120,
  ],
  [
    "is ready with old pods that are left to be deleted by hand",
    daemons({ updatedNumberScheduled: 0 }, [podOf("thing-a", FIRST), podOf("thing-b", FIRST)], {
      updateStrategy: { type: "OnDelete" },
    }),
    /^ready/,
    0,
  ],
  [
    "fails when the quota takes no pod",
    daemons({ updatedNumberScheduled: 0, numberAvailable: 0 }, [], {}, [
      eventOf("FailedCreate", `Error creating: ${QUOTA}`, { type: "Warning" }),
    ]),
    /^quota-exceeded/,
    0,
  ],
  [
    "forgets a refusal after which a pod was made",
    daemons({ updatedNumberScheduled: 1, numberAvailable: 0 }, [], {}, [
      eventOf("FailedCreate", `Error creating: ${QUOTA}`, { type: "Warning" }),
      eventOf("SuccessfulCreate", "Created pod: thing-a", { at: "2026-01-01T00:00:01Z" }),
    ]),
    /^not-ready/,
    120,
  ],
];
test.each(DAEMON_SETS)("a DaemonSet %s", (...row) => {
  expectVerdict(DAEMONS, row);
});

const CLAIM = { ...awaitedOf("v1", "PersistentVolumeClaim"), generation: 0 };
const claim = (status: object, events: readonly Event[] = [], pods: readonly Pod[] = []) =>
  observedOf(
    objectOf({ volumeName: "pv-1", resources: { requests: { storage: "2Gi" } } }, status),
    pods,
    events,
  );
const FIRST_CONSUMER = eventOf(
  "WaitForFirstConsumer",
  "waiting for first consumer to be created before binding",
);

const CLAIMS: readonly Case[] = [
  [
    "is ready when bound",
    claim({ phase: "Bound", capacity: { storage: "2Gi" } }),
    /^ready: bound to pv-1$/,
    0,
  ],
  [
    "is ready while it waits for a first consumer that nobody is",
    claim({ phase: "Pending" }, [FIRST_CONSUMER]),
    /^ready: it is bound when its first pod comes$/,
    0,
  ],
  [
    "is awaited while it waits for a consumer that is there",
    claim({ phase: "Pending" }, [FIRST_CONSUMER], [podOf("thing-1", {})]),
    /^not-ready: pod thing-1 waits for it$/,
    120,
  ],
  [
    "fails when no volume and no class will ever serve it",
    claim({ phase: "Pending" }, [
      eventOf(
        "FailedBinding",
        "no persistent volumes available for this claim and no storage class is set",
      ),
    ]),
    /^volume-unbound: no persistent volumes available/,
    30,
  ],
  [
    "fails in the provisioner's words",
    claim({ phase: "Pending" }, [
      eventOf("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found', {
        type: "Warning",
      }),
    ]),
    /^volume-unbound: storageclass.storage.k8s.io "fast" not found$/,
    30,
  ],
  [
    "may take as long as its provisioner takes",
    claim({ phase: "Pending" }, [
      eventOf("ProvisioningFailed", "try again", { type: "Warning" }),
      eventOf("ExternalProvisioning", "Waiting for a volume to be created", {
        at: "2026-01-01T00:00:01Z",
      }),
    ]),
    /^volume-unbound: Waiting for a volume to be created$/,
    120,
  ],
  [
    "says that nothing has happened to it",
    claim({ phase: "Pending" }),
    /^volume-unbound: nothing has happened/,
    120,
  ],
  [
    "fails when its volume is gone",
    claim({ phase: "Lost" }),
    /^volume-lost: its volume pv-1 is gone/,
    0,
  ],
  [
    "waits while it grows",
    claim({
      phase: "Bound",
      capacity: { storage: "1Gi" },
      conditions: [{ type: "Resizing", status: "True" }],
    }),
    /^not-ready: it grows from 1Gi to 2Gi$/,
    120,
  ],
  [
    "is ready when only its file system is still to grow",
    claim({ phase: "Bound", conditions: [{ type: "FileSystemResizePending", status: "True" }] }),
    /^ready: bound to pv-1; its file system grows/,
    0,
  ],
  [
    "fails when it cannot grow",
    claim(
      { phase: "Bound", allocatedResourceStatuses: { storage: "ControllerResizeInfeasible" } },
      [eventOf("VolumeResizeFailed", "no space", { type: "Warning" })],
    ),
    /^resize-failed: no space$/,
    0,
  ],
];
test.each(CLAIMS)("a volume claim %s", (...row) => {
  expectVerdict(CLAIM, row);
});

const RESOURCE = awaitedOf("example.com/v1", "Widget");
const widget = (status?: object) => observedOf(objectOf({}, status));
const conditions = (...list: readonly object[]) => ({ observedGeneration: 2, conditions: list });
const READY = { type: "Ready", status: "True" };

type RuledCase = readonly [
  string,
  ObjectRules | undefined,
  ...((typeof JOBS)[number] extends readonly [string, ...infer Rest] ? Rest : never),
];
const RESOURCES: readonly RuledCase[] = [
  ["is ready by its condition", undefined, widget(conditions(READY)), /^ready: Ready is True$/, 0],
  [
    "without status has not been seen by its controller",
    undefined,
    widget(),
    /^not-observed: it has no status yet/,
    120,
  ],
  [
    "is not ready by a status of the generation before",
    undefined,
    widget({ ...conditions(READY), observedGeneration: 1 }),
    /^not-observed: generation 2/,
    120,
  ],
  [
    "is not ready by a condition of the generation before",
    undefined,
    widget({ conditions: [{ ...READY, observedGeneration: 1 }] }),
    /^not-ready: it has no present condition Ready yet$/,
    120,
  ],
  [
    "is not ready while it says why not",
    undefined,
    widget(conditions({ type: "Ready", status: "False", reason: "Pulling", message: "half" })),
    /^not-ready: Ready is False \(Pulling\): half$/,
    120,
  ],
  [
    "fails when it is stalled",
    undefined,
    widget(conditions({ type: "Stalled", status: "True", reason: "Broken" }, READY)),
    /^stalled: Stalled is True \(Broken\)$/,
    0,
  ],
  [
    "is not ready while it is reconciled",
    undefined,
    widget(conditions(READY, { type: "Reconciling", status: "True" })),
    /^not-ready: Reconciling is True$/,
    120,
  ],
  [
    "that is observed and has no condition Ready has nothing more to say",
    undefined,
    widget({ observedGeneration: 2, size: 3 }),
    /^ready: observed/,
    0,
  ],
  [
    "with neither generation nor condition is not ready",
    undefined,
    widget({ size: 3 }),
    /^not-ready: it has no present condition Ready yet/,
    120,
  ],
  [
    "is ready by the program's condition",
    { ready: { type: "Synced", reason: "Done" } },
    widget(conditions({ type: "Synced", status: "True", reason: "Done" })),
    /^ready: Synced is True \(Done\)$/,
    0,
  ],
  [
    "is not ready by a condition for another reason",
    { ready: { type: "Synced", reason: "Done" } },
    widget(conditions({ type: "Synced", status: "True", reason: "Half" })),
    /^not-ready: Synced is True \(Half\)$/,
    120,
  ],
  [
    "fails by the program's condition",
    { failed: { type: "Ready", status: "False" } },
    widget(conditions({ type: "Ready", status: "False", reason: "Denied" })),
    /^condition-failed: Ready is False \(Denied\)$/,
    0,
  ],
  [
    "fails only when the failure lasts",
    { failed: { type: "Ready", status: "False" }, failedSeconds: 7 },
    widget(conditions({ type: "Ready", status: "False" })),
    /^condition-failed/,
    7,
  ],
  [
    "is ready by a path and its value",
    { ready: { path: "$.status.phase", value: "Bound" } },
    widget({ phase: "Bound" }),
    /^ready: \$\.status\.phase is "Bound"$/,
    0,
  ],
  [
    "is not ready by a path with another value",
    { ready: { path: "$.status.phase", value: "Bound" } },
    widget({ phase: "New" }),
    /^not-ready: \$\.status\.phase is "New", not "Bound"$/,
    120,
  ],
  [
    "is ready by kubectl's form of a path with a filter",
    { ready: { path: '{.status.conditions[?(@.type=="Ready")].status}', value: "True" } },
    widget(conditions(READY)),
    /^ready/,
    0,
  ],
  [
    "is ready by anything at a path",
    { ready: { path: ".status.loadBalancer.ingress[0]" } },
    widget({ loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } }),
    /^ready/,
    0,
  ],
  [
    "is not ready by nothing at a path",
    { ready: { path: ".status.loadBalancer.ingress[0]" } },
    widget(),
    /^not-ready: there is nothing at \.status/,
    120,
  ],
  [
    "is not ready by a path in a status of the generation before",
    { ready: { path: "$.status.phase", value: "Bound" } },
    widget({ phase: "Bound", observedGeneration: 1 }),
    /^not-observed/,
    120,
  ],
  [
    "tells its generation in a text of its own",
    { observedGeneration: "$.status.synced" },
    widget({ conditions: [READY], synced: "1-abc" }),
    /^not-observed: generation 2 is not observed yet, the controller is at 1$/,
    120,
  ],
  [
    "is ready by a generation in a text of its own",
    { observedGeneration: "$.status.synced" },
    widget({ conditions: [READY], synced: "2-abc" }),
    /^ready/,
    0,
  ],
];
test.each(RESOURCES)("a custom resource %s", (title, rules, ...row) => {
  expectVerdict({ ...RESOURCE, ...(rules && { rules }) }, [title, ...row]);
});

test.each<[string, object, RegExp]>([
  ["re-created", { uid: "other" }, /^object-missing: widget thing was re-created/],
  [
    "deleted",
    { deletionTimestamp: "2026-01-01T00:00:00Z" },
    /^object-missing: widget thing is being deleted/,
  ],
])("an object that was %s is never judged", (_case, metadata, said) => {
  const object = objectOf({}, conditions(READY), metadata);
  expect(verdictOf(RESOURCE, observedOf(object))).toMatchObject({
    seconds: 0,
    said: expect.stringMatching(said) as string,
  });
});

test("another revision than the first one seen is somebody else's change", () => {
  const wait = new ObjectWait(SET, 0);
  expect(wait.judge(set(rolling, []), 0)).toMatchObject({ kind: "progressing" });
  const other = set({ updateRevision: "thing-third" }, []);
  expect(wait.judge(other, 1000)).toMatchObject({ kind: "failed", reason: "superseded" });
});

test("the deadline counts from the start, whatever moves, and the run's own limit is one, too", () => {
  const wait = new ObjectWait(JOB, 0, 50);
  for (const now of [0, 20_000, 49_999]) {
    expect(wait.judge(job({ active: 1, failed: now }), now).kind).toBe("progressing");
  }
  expect(wait.judge(job({ active: 1 }), 50_000)).toMatchObject({ kind: "failed" });
});

const TERMINAL: readonly (readonly [ObjectReadinessInputs, ObservedObject])[] = [
  ...JOBS.map(([, observed, ...rest]) => [JOB, observed, ...rest] as const),
  ...SETS.map(([, observed, ...rest]) => [SET, observed, ...rest] as const),
  ...DAEMON_SETS.map(([, observed, ...rest]) => [DAEMONS, observed, ...rest] as const),
  ...CLAIMS.map(([, observed, ...rest]) => [CLAIM, observed, ...rest] as const),
]
  .filter(([, , said]) => !said.source.startsWith("^ready"))
  .map(([awaited, observed]) => [awaited, observed]);

test("what is not ready is ready at no time and by no order of what was seen before", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TERMINAL),
      fc.array(fc.nat(200_000), { maxLength: 8 }),
      ([awaited, observed], times) => {
        const wait = new ObjectWait(awaited, 0);
        const verdicts = [...times].sort((one, other) => one - other);
        expect(verdicts.map((now) => wait.judge(observed, now).kind)).not.toContain("ready");
        expect(judgeObjectAtOnce(awaited, observed).kind).toBe("failed");
      },
    ),
  );
});

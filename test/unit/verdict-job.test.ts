// Proves the rules on objects made by hand; that a cluster shows such objects is proved by test/e2e/other-kinds.
import type { Event, Pod } from "../../provider/verdict/objects.ts";
import { awaitedOf, eventOf, objectOf, observedOf, podOf, QUOTA } from "../support/kind-objects.ts";
import { expectNeverReady, expectVerdict, type VerdictCase } from "../support/verdict-case.ts";
import { evidenceOf, logSources } from "../../provider/verdict/evidence.ts";
import type { LogSource } from "../../provider/verdict/log-hints.ts";
import { ObjectWait } from "../../provider/verdict/object-wait.ts";
import { trailOfObject } from "../../provider/verdict/trail.ts";

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

function besideCrash(restartCount: number): Pod {
  const pod = podOf("thing-1", {}, { started: true, ready: true, state: { running: {} } });
  const status = {
    ...{ name: "proxy", image: "x", imageID: "", ready: false, started: false, restartCount },
    state: { terminated: { exitCode: 1, reason: "Error" } },
  };
  return {
    ...pod,
    spec: {
      containers: [],
      ...pod.spec,
      initContainers: [{ name: "proxy", restartPolicy: "Always" }],
    },
    status: { ...pod.status, initContainerStatuses: [status] },
  };
}

const JOBS: readonly VerdictCase[] = [
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
    /^not-ready: the Job is not complete: 0\/1 succeeded, 1 of 2 attempts failed$/,
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
    "fails for a sidecar that crashes beside a run that goes on",
    job({ active: 1 }, [besideCrash(2)]),
    /^crash-loop: ended 3 times \(tolerate\.restarts: 1\), last with exit code 1/,
    0,
  ],
  [
    "goes on beside a sidecar that crashed once",
    job({ active: 1 }, [besideCrash(0)]),
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

test("a Job that is not ready is ready at no time", () => {
  expectNeverReady(JOB, JOBS);
});

test("the deadline counts from the start, whatever moves, and the run's own limit is one, too", () => {
  const wait = new ObjectWait(JOB, 0, 50);
  for (const now of [0, 20_000, 49_999]) {
    expect(wait.judge(job({ active: 1, failed: now }), now).kind).toBe("progressing");
  }
  expect(wait.judge(job({ active: 1 }), 50_000)).toMatchObject({ kind: "failed" });
});

test("a run that goes on is shown with its log, whatever its readiness says", () => {
  const running = podOf("thing-1", {});
  const pod: Pod = {
    ...running,
    spec: { containers: [], ...running.spec, restartPolicy: "Never" },
  };
  const observed = job(ended("FailureTarget", "DeadlineExceeded"), [pod]);
  const finding = {
    reason: "job-failed",
    object: "job thing",
    message: "DeadlineExceeded",
  } as const;
  const trail = trailOfObject(JOB, observed, finding);
  const [source] = logSources(trail.suspects);
  expect(source).toMatchObject({ pod: "thing-1", previous: false });
  const logs = [{ ...(source as LogSource), lines: ["working"] }];
  const { containers } = evidenceOf({ finding, trail, logs, context: "dev" });
  expect(containers).toMatchObject([
    { state: "running", message: "and has not ended", log: ["working"] },
  ]);
});

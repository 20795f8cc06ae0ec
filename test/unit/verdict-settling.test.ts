// Proves what becomes of a release whose pods were ready and have not settled; that a kubelet reports them so is proved by
// test/e2e/settle.test.ts.
import fc from "fast-check";
import { settleSecondsOf } from "../../contract/verdict.ts";
import type { Observed, Pod } from "../../provider/verdict/objects.ts";
import { Rollout } from "../../provider/verdict/rollout.ts";
import {
  complete,
  deployment,
  endpointSlice,
  readyPod,
  release,
  unreadyPod,
} from "../support/release-objects.ts";
import { play, type Timeline } from "../support/timeline.ts";

const NAMES = ["shop-new-1", "shop-new-2"] as const;
const OWNER = "shop-new-uid";
const SETTLING = release({ settleSeconds: 10 });
/** What the kubelet's reports may take. */
const REPORT = 2;

const starting = (name: string) => unreadyPod(name, OWNER, { state: { running: {} } });
const ready = (name: string) => readyPod(name, OWNER);

/** A container that has ended, and waits to be started again. */
function crashed(name: string, more: object = {}): Pod {
  const ended = { exitCode: 1, reason: "Error", startedAt: "2026-01-01T00:00:00Z" };
  return unreadyPod(name, OWNER, { state: { terminated: { ...ended, ...more } } });
}

/** One that was started again after it has ended. */
function restarted(name: string, restartCount = 1): Pod {
  const pod = ready(name);
  const statuses = pod.status?.containerStatuses ?? [];
  const lastState = { terminated: { exitCode: 1, reason: "Error" } };
  const containerStatuses = statuses.map((status) => ({ ...status, restartCount, lastState }));
  return { ...pod, status: { ...pod.status, containerStatuses } };
}

/** One that runs, and whose readiness probe fails with this answer. */
function unwell(name: string): Pod {
  const pod = unreadyPod(name, OWNER, { started: true, state: { running: {} } });
  const containers = (pod.spec?.containers ?? []).map((it) => ({ ...it, readinessProbe: {} }));
  return { ...pod, spec: { containers } };
}

const evicted = (name: string): Pod => ({
  ...ready(name),
  status: { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." },
});

function preempted(name: string): Pod {
  const target = { type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler" };
  const pod = ready(name);
  const conditions = [...(pod.status?.conditions ?? []), target];
  const metadata = { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  return { ...pod, metadata, status: { ...pod.status, conditions } };
}

/** A rollout with these pods; without a number, the Deployment counts all of them as available. */
function shows(pods: readonly Pod[], availableReplicas: number = pods.length): Observed {
  const counted = deployment("shop", {}, { availableReplicas });
  const endpointSlices = [endpointSlice("shop", pods)];
  return { ...complete(), deployment: counted, pods, endpointSlices };
}

const STARTS = shows(NAMES.map(starting), 0);
const READY = shows(NAMES.map(ready), 0);
const DONE = shows(NAMES.map(ready));

function verdictOf(timeline: Timeline, inputs = SETTLING) {
  const { seconds, verdict } = play(timeline, inputs);
  return [verdict.kind === "failed" ? verdict.reason : verdict.kind, seconds];
}

/** Both pods ready after a second, and this afterwards. */
const afterReady = (...more: Timeline): Timeline => [[0, STARTS], [1, READY], ...more];

describe("a release whose pods stay ready", () => {
  test("is ready when the last of them has settled, and the kubelet has had time to say otherwise", () => {
    expect(verdictOf(afterReady([11, DONE]))).toEqual(["ready", 1 + 10 + REPORT]);
    const last: Timeline = [
      [0, STARTS],
      [1, shows([ready("shop-new-1"), starting("shop-new-2")], 0)],
      [5, READY],
      [15, DONE],
    ];
    expect(verdictOf(last)).toEqual(["ready", 5 + 10 + REPORT]);
  });

  test("is ready only when the Deployment counts them as available, too", () => {
    expect(verdictOf(afterReady([40, DONE]))).toEqual(["ready", 40]);
  });

  test("is ready at once where they were ready before the wait, such as after a change of the replicas or the commit", () => {
    expect(verdictOf([[0, DONE]])).toEqual(["ready", 0]);
    const old = aged(DONE, 3600);
    expect(verdictOf([[0, old]])).toEqual(["ready", 0]);
  });

  test("settles for what is left where an earlier run has waited for a part", () => {
    expect(verdictOf([[0, aged(DONE, 4)]])).toEqual(["ready", 10 + REPORT - 4]);
  });

  test("settles from its start at the earliest, also on a node whose clock is slow", () => {
    const slow = aged(DONE, 60);
    const pods = slow.pods.map((pod) => {
      const creationTimestamp = new Date((slow.clusterTime ?? 0) - 3000).toISOString();
      return { ...pod, metadata: { ...pod.metadata, creationTimestamp } };
    });
    expect(verdictOf([[0, { ...slow, pods }]])).toEqual(["ready", 10 + REPORT - 3]);
  });

  test("is ready at once without settleSeconds", () => {
    expect(verdictOf(afterReady([2, DONE]), release({ settleSeconds: 0 }))).toEqual(["ready", 2]);
  });

  test("says that they settle, and for how long", () => {
    const rollout = new Rollout(SETTLING, 0);
    rollout.judge(STARTS, 0);
    expect(rollout.judge(READY, 1000)).toMatchObject({
      kind: "progressing",
      text: "2/2 ready, 2 settling for 10 s",
      wakeAt: 13_000,
    });
    const one = shows([ready("shop-new-1"), starting("shop-new-2")], 0);
    const other = new Rollout(SETTLING, 0);
    other.judge(STARTS, 0);
    expect(other.judge(one, 1000)).toMatchObject({ text: "1/2 ready, 1 starting" });
  });

  test("may settle for longer than the deadline: that is no standstill", () => {
    const inputs = release({ settleSeconds: 40, deadlineSeconds: 20 });
    expect(verdictOf(afterReady([41, DONE]), inputs)).toEqual(["ready", 1 + 40 + REPORT]);
  });
});

describe("a wait that begins after a crash", () => {
  /** A second run that is ready, after one of some seconds; both pods have been ready for `seconds`. */
  function late(seconds: number, ran: number, restartCount = 1): Observed {
    const observed = aged(
      shows([ready("shop-new-1"), restarted("shop-new-2", restartCount)]),
      seconds,
    );
    const at = (ago: number) => new Date((observed.clusterTime ?? 0) - ago * 1000).toISOString();
    const again = {
      state: { running: { startedAt: at(seconds + 1) } },
      lastState: {
        terminated: {
          ...{ exitCode: 3, reason: "Error" },
          ...{ startedAt: at(seconds + 2 + ran), finishedAt: at(seconds + 2) },
        },
      },
    };
    const pods = observed.pods.map((pod, index) => ({
      ...pod,
      status: {
        ...pod.status,
        containerStatuses: (pod.status?.containerStatuses ?? []).map((status) => ({
          ...status,
          ...(index === 1 && again),
        })),
      },
    }));
    return { ...observed, pods };
  }

  test("settles as of now, and says so of what is ready", () => {
    const { seconds, verdict } = play([[0, late(20, 5)]], SETTLING);
    expect([verdict.kind, seconds]).toEqual(["ready", 10 + REPORT]);
    expect(verdict).toMatchObject({
      notes: [
        "pod shop-new-2, container shop: ended once before this wait, last with exit code 3 (Error) at 2026-01-01T00:59:38.000Z",
      ],
    });
  });

  test("waits for longer than the run lasted that crashed, and sees the next crash", () => {
    expect(verdictOf([[0, late(20, 40)]])).toEqual(["ready", 40 - 21 + 10 + REPORT]);
    const again = shows([ready("shop-new-1"), crashed("shop-new-2", { exitCode: 3 })], 1);
    expect(
      verdictOf([
        [0, late(20, 40)],
        [25, again],
      ]),
    ).toEqual(["crash-loop", 25]);
  });

  test("waits no more than a minute for a crash that came late", () => {
    expect(verdictOf([[0, late(20, 3000)]])).toEqual(["ready", 60 + 10 + REPORT]);
  });

  test("does not count one from which the container has recovered by Kubernetes' own measure", () => {
    const { seconds, verdict } = play([[0, late(700, 5, 9)]], SETTLING);
    expect([verdict.kind, seconds]).toEqual(["ready", 0]);
    expect(verdict).not.toHaveProperty("notes");
  });
});

describe("a release whose pods were ready fails at once", () => {
  test("with the crash of one of them, which says how soon it came", () => {
    const { seconds, verdict } = play(
      afterReady([9, shows([ready("shop-new-1"), crashed("shop-new-2")], 0)]),
      SETTLING,
    );
    expect(seconds).toBe(9);
    expect(verdict).toMatchObject({
      reason: "crash-loop",
      object: "pod shop-new-2",
      message:
        "ended once (tolerate.restarts: 0), last with exit code 1 (Error); it had been ready for 8 s, and settleSeconds asks for 10 s",
    });
  });

  test("with a crash in the last moment, also if the Deployment counts it as available already", () => {
    const pods = [ready("shop-new-1"), crashed("shop-new-2")];
    expect(verdictOf(afterReady([11, DONE], [12.9, shows(pods, 1)]))).toEqual(["crash-loop", 12.9]);
  });

  test("when it was killed for want of memory", () => {
    const pods = [
      ready("shop-new-1"),
      crashed("shop-new-2", { exitCode: 137, reason: "OOMKilled" }),
    ];
    expect(verdictOf(afterReady([4, shows(pods, 0)]))).toEqual(["out-of-memory", 4]);
  });

  test.each([
    ["evicted by the kubelet", evicted, "evicted"],
    ["preempted", preempted, "disrupted"],
  ])("when one of them is %s", (_case, gone, reason) => {
    const pods = [ready("shop-new-1"), gone("shop-new-2")];
    const { seconds, verdict } = play(afterReady([6, shows(pods, 1)]), SETTLING);
    expect(seconds).toBe(6);
    expect(verdict).toMatchObject({
      reason,
      object: "pod shop-new-2",
      message: expect.stringMatching(/; it had been ready for 5 s, and settleSeconds/) as string,
    });
  });
});

describe("a pod that ceases to be ready", () => {
  const lost = shows([ready("shop-new-1"), unwell("shop-new-2")], 1);

  test("has the time of a probe to recover, however long a service may warm up", () => {
    const { seconds, verdict } = play(afterReady([5, lost]), SETTLING);
    expect(seconds).toBe(15);
    expect(verdict).toMatchObject({
      reason: "not-ready",
      object: "pod shop-new-2",
      message:
        "runs, but its readiness probe has not passed; it had been ready for 4 s, and settleSeconds asks for 10 s",
    });
  });

  test("has no more time for what the kubelet reports of it later", () => {
    const warning = {
      metadata: { name: "e", uid: "e" },
      involvedObject: { kind: "Pod", uid: "shop-new-2-uid", fieldPath: "spec.containers{shop}" },
      reason: "Unhealthy",
      message: "Readiness probe failed: HTTP probe failed with statuscode: 404",
      lastTimestamp: "2026-01-01T00:00:00Z",
    };
    const told = { ...lost, warnings: [warning] };
    const { seconds, verdict } = play(afterReady([5, lost], [9, told]), SETTLING);
    expect(seconds).toBe(15);
    expect(verdict).toMatchObject({
      reason: "not-ready",
      message: expect.stringMatching(/^Readiness probe failed: .* 404; it had been/) as string,
    });
  });

  test("settles anew when it has recovered", () => {
    expect(verdictOf(afterReady([5, lost], [9, READY], [19, DONE]))).toEqual([
      "ready",
      9 + 10 + REPORT,
    ]);
  });

  test("has no time the second time", () => {
    expect(verdictOf(afterReady([5, lost], [9, READY], [12, lost]))).toEqual(["not-ready", 12]);
  });

  test("is named though it shows nothing by itself", () => {
    const [pod] = [unreadyPod("shop-new-2", OWNER, { ready: true, state: { running: {} } })];
    const { verdict } = play(afterReady([5, shows([ready("shop-new-1"), pod], 1)]), SETTLING);
    expect(verdict).toMatchObject({
      reason: "not-ready",
      object: "pod shop-new-2",
      message: expect.stringMatching(/^it is not ready any more; it had been ready/) as string,
    });
  });
});

describe("what is not a failure of a release that settles", () => {
  test("a pod that somebody deletes: the next one settles in its place", () => {
    const [metadata] = [
      { ...ready("shop-new-2").metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    ];
    const leaving = { ...crashed("shop-new-2"), metadata };
    const replaced = [ready("shop-new-1"), ready("shop-new-3")];
    expect(
      verdictOf(
        afterReady(
          [5, shows([ready("shop-new-1"), leaving, starting("shop-new-3")], 1)],
          [6, shows([ready("shop-new-1"), starting("shop-new-3")], 1)],
          [7, shows(replaced, 1)],
          [17, shows(replaced)],
        ),
      ),
    ).toEqual(["ready", 7 + 10 + REPORT]);
  });

  test("a crash before a pod was ever ready, once", () => {
    const pods = [starting("shop-new-1"), crashed("shop-new-2")];
    const again = [ready("shop-new-1"), restarted("shop-new-2")];
    expect(
      verdictOf([
        [0, STARTS],
        [1, shows(pods, 0)],
        [3, shows(again, 0)],
        [13, shows(again)],
      ]),
    ).toEqual(["ready", 3 + 10 + REPORT]);
  });

  test("a crash that tolerate.restarts allows by its number, after which the pod settles anew", () => {
    const inputs = release({ settleSeconds: 10, tolerate: { restarts: 1 } });
    const pods = [ready("shop-new-1"), crashed("shop-new-2")];
    const again = [ready("shop-new-1"), restarted("shop-new-2")];
    const timeline = afterReady([5, shows(pods, 1)], [7, shows(again, 1)]);
    expect(verdictOf([...timeline, [17, shows(again)]], inputs)).toEqual([
      "ready",
      7 + 10 + REPORT,
    ]);
    const looping = { ...crashed("shop-new-2"), status: restartedTwice() };
    const second: Timeline = [...timeline, [12, shows([ready("shop-new-1"), looping], 1)]];
    expect(verdictOf(second, inputs)).toEqual(["crash-loop", 12]);
  });

  test("a loss of a pod that tolerate.restarts allows by its number", () => {
    const inputs = release({ settleSeconds: 10, tolerate: { restarts: 1 } });
    const pods = [ready("shop-new-1"), preempted("shop-new-2"), starting("shop-new-3")];
    const replaced = [ready("shop-new-1"), ready("shop-new-3")];
    const timeline = afterReady(
      [5, shows(pods, 1)],
      [7, shows(replaced, 1)],
      [17, shows(replaced)],
    );
    const { seconds, verdict } = play(timeline, inputs);
    expect(seconds).toBe(7 + 10 + REPORT);
    expect(verdict).toMatchObject({
      kind: "ready",
      notes: [expect.stringMatching(/^pod shop-new-2 was taken from the node/) as string],
    });
  });

  test("a crash of a pod that had settled long ago, while another one is added", () => {
    const pods = [ready("shop-new-1"), ready("shop-new-2"), starting("shop-new-3")];
    const three = (all: readonly Pod[], availableReplicas: number) => ({
      ...shows(all),
      deployment: deployment("shop", { replicas: 3 }, { updatedReplicas: 3, availableReplicas }),
    });
    const down = [ready("shop-new-1"), crashed("shop-new-2"), ready("shop-new-3")];
    const up = [ready("shop-new-1"), restarted("shop-new-2"), ready("shop-new-3")];
    expect(
      verdictOf([
        [0, aged(three(pods, 2), 3600)],
        [3, three(down, 1)],
        [5, three(up, 1)],
        [15, three(up, 3)],
      ]),
    ).toEqual(["ready", 5 + 10 + REPORT]);
  });

  test("an unseen crash between two looks, after which the pod settles anew", () => {
    const again = [ready("shop-new-1"), restarted("shop-new-2")];
    expect(verdictOf(afterReady([8, shows(again, 1)], [18, shows(again)]))).toEqual([
      "ready",
      8 + 10 + REPORT,
    ]);
    const crash = shows([ready("shop-new-1"), crashed("shop-new-2")], 1);
    expect(verdictOf(afterReady([8, shows(again, 1)], [12, crash]))).toEqual(["crash-loop", 12]);
  });
});

test("a release whose pods settle is ready at no time before, whenever it is judged", () => {
  const moments = fc.array(fc.integer({ min: 1000, max: 12_999 }), { maxLength: 12 });
  fc.assert(
    fc.property(moments, (times) => {
      const rollout = new Rollout(SETTLING, 0);
      rollout.judge(STARTS, 0);
      rollout.judge(READY, 1000);
      const kinds = times
        .toSorted((one, other) => one - other)
        .map((now) => rollout.judge(DONE, now).kind);
      expect(kinds.every((kind) => kind === "progressing")).toBe(true);
      expect(rollout.judge(DONE, 13_000).kind).toBe("ready");
    }),
  );
});

test.each([
  [{ deadlineSeconds: 120 }, 10],
  [{ deadlineSeconds: 20 }, 10],
  [{ deadlineSeconds: 15 }, 7],
  [{ deadlineSeconds: 5 }, 2],
  [{ deadlineSeconds: 120, timeoutSeconds: 8 }, 4],
  [{ deadlineSeconds: 5, settleSeconds: 4 }, 4],
  [{ deadlineSeconds: 120, settleSeconds: 0 }, 0],
])("of %o, pods settle for %i s", (settings, seconds) => {
  expect(settleSecondsOf(settings)).toBe(seconds);
});

/** The same, by a cluster that says that its pods have been ready for so long. */
function aged(observed: Observed, seconds: number): Observed {
  const clusterTime = Date.parse("2026-01-01T01:00:00Z");
  const lastTransitionTime = new Date(clusterTime - seconds * 1000).toISOString();
  const pods = observed.pods.map((pod) => ({
    ...pod,
    status: {
      ...pod.status,
      conditions: pod.status?.conditions?.map((met) => ({ ...met, lastTransitionTime })) ?? [],
    },
  }));
  return { ...observed, clusterTime, pods };
}

function restartedTwice() {
  const { status } = crashed("shop-new-2");
  const containerStatuses = status?.containerStatuses?.map((it) => ({ ...it, restartCount: 1 }));
  return { ...status, ...(containerStatuses && { containerStatuses }) };
}

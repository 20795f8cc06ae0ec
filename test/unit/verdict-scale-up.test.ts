// Proves what an autoscaler's events make of a pod without a node; that it writes them so is taken from its documents.
import type { Event, Observed, Pod } from "../../provider/verdict/objects.ts";
import { complete, deployment, release, unreadyPod } from "../support/release-objects.ts";
import { play, type Timeline } from "../support/timeline.ts";

const NO_ROOM = "0/3 nodes are available: 3 Insufficient cpu.";

function about(reason: string, second: number, component = "cluster-autoscaler"): Event {
  return {
    metadata: { name: `${reason}-${second}`, uid: `${reason}-${second}` },
    involvedObject: { kind: "Pod", uid: "shop-new-1-uid" },
    type: "Normal",
    reason,
    source: { component },
    message: `${reason} says so`,
    lastTimestamp: new Date(Date.parse("2026-01-01T00:00:00Z") + second * 1000).toISOString(),
  };
}

function waiting(placements: readonly Event[] = [], more: Pod["status"] = {}): Observed {
  const pod = unreadyPod("shop-new-1", "shop-new-uid", {}, [
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message: NO_ROOM },
  ]);
  const counts = { updatedReplicas: 1, availableReplicas: 0 };
  return {
    ...complete(),
    deployment: deployment("shop", {}, counts),
    pods: [{ ...pod, status: { ...pod.status, ...more } }],
    placements,
  };
}

function given(observed: Observed, lastUpdateTime: string): Observed {
  const condition = {
    type: "Progressing",
    status: "False",
    reason: "ProgressDeadlineExceeded",
    lastUpdateTime,
  };
  const status = { ...observed.deployment?.status, conditions: [condition] };
  return { ...observed, deployment: deployment("shop", {}, status) };
}

function verdictOf(timeline: Timeline, inputs = release(), timeoutSeconds = 0) {
  const { seconds, verdict } = play(timeline, inputs, timeoutSeconds);
  return [verdict.kind === "failed" ? verdict.reason : verdict.kind, seconds];
}

test.each([["TriggeredScaleUp"], ["Nominated"]])(
  "a node that is on its way by %s is waited for, past the controller's deadline",
  (reason) => {
    const coming = waiting([about(reason, 10)]);
    expect(
      verdictOf([
        [0, waiting()],
        [12, coming],
        [120, given(coming, "2026-01-01T00:02:00Z")],
        [400, complete()],
      ]),
    ).toEqual(["ready", 400]);
  },
);

test("a node that the scheduler makes free is waited for", () => {
  expect(
    verdictOf([
      [0, waiting([], { nominatedNodeName: "one" })],
      [50, complete()],
    ]),
  ).toEqual(["ready", 50]);
});

test("the autoscaler's no is final after the time that every pod has", () => {
  expect(verdictOf([[0, waiting([about("NotTriggerScaleUp", 5)])]])).toEqual(["unschedulable", 30]);
  expect(
    verdictOf([
      [0, waiting([about("TriggeredScaleUp", 5)])],
      [300, waiting([about("TriggeredScaleUp", 5), about("NotTriggerScaleUp", 300)])],
    ]),
  ).toEqual(["unschedulable", 300]);
});

test("a scale-up that comes after a no is waited for", () => {
  const no = about("NotTriggerScaleUp", 5);
  expect(
    verdictOf([
      [0, waiting([no])],
      [20, waiting([about("TriggeredScaleUp", 20), no])],
      [200, complete()],
    ]),
  ).toEqual(["ready", 200]);
});

test("a failure of Karpenter ends what it has announced, the scheduler's own does not", () => {
  const nominated = about("Nominated", 5, "karpenter");
  const failed = (component: string) =>
    waiting([nominated, about("FailedScheduling", 100, component)]);
  expect(
    verdictOf([
      [0, waiting([nominated])],
      [100, failed("karpenter")],
    ]),
  ).toEqual(["unschedulable", 100]);
  expect(
    verdictOf([
      [0, waiting([nominated])],
      [100, failed("default-scheduler")],
      [150, complete()],
    ]),
  ).toEqual(["ready", 150]);
});

test("a node that never comes ends the wait", () => {
  const coming: Timeline = [[0, waiting([about("TriggeredScaleUp", 0)])]];
  expect(verdictOf(coming)).toEqual(["unschedulable", 900]);
  expect(verdictOf(coming, release(), 600)).toEqual(["unschedulable", 600]);
});

test("the message has the autoscaler's words, and the setting's name", () => {
  const { verdict } = play([[0, waiting([about("NotTriggerScaleUp", 5)])]], release());
  expect(verdict).toMatchObject({
    message: `${NO_ROOM}; NotTriggerScaleUp: NotTriggerScaleUp says so; tolerate.unschedulableSeconds (30) says how long a pod may wait for a node`,
  });
});

test("somebody else's pod has a node on its way: that is nothing to this one", () => {
  const other = { ...about("TriggeredScaleUp", 5), involvedObject: { kind: "Pod", uid: "other" } };
  expect(verdictOf([[0, waiting([other])]])).toEqual(["unschedulable", 30]);
});

// Proves what time makes of the rules; that these are the states of a real rollout is proved by test/e2e.
import fc from "fast-check";
import type { Observed } from "../../provider/verdict/objects.ts";
import { stageOf } from "../../provider/verdict/pod.ts";
import {
  complete,
  deployment,
  endpointSlice,
  IMAGE,
  readyPod,
  release,
  replicaSet,
  unreadyPod,
} from "../support/release-objects.ts";
import { play as replay, type Timeline } from "../support/timeline.ts";

const RELEASE = release({ deadlineSeconds: 60 });

const play = (timeline: Timeline, inputs = RELEASE, timeoutSeconds = 0) =>
  replay(timeline, inputs, timeoutSeconds);

const NOT_OBSERVED: Observed = {
  ...complete(),
  deployment: deployment("shop", {}, { observedGeneration: 1 }),
  pods: [],
};

function rolling(ready: number): Observed {
  const pods = ["shop-new-1", "shop-new-2"].map((name, index) =>
    index < ready
      ? readyPod(name, "shop-new-uid")
      : unreadyPod(name, "shop-new-uid", { state: { running: {} } }),
  );
  const counts = { readyReplicas: ready, availableReplicas: ready };
  return {
    ...complete(),
    deployment: deployment("shop", {}, counts),
    pods,
    endpointSlices: [endpointSlice("shop", pods.slice(0, ready))],
  };
}

/** No pod tells why it does not get on. */
const STUCK: Observed = {
  ...rolling(1),
  deployment: deployment("shop", {}, { updatedReplicas: 1, availableReplicas: 1 }),
  pods: rolling(1).pods.slice(0, 1),
};

function pastDeadline(observed: Observed, lastUpdateTime: string): Observed {
  const message = 'ReplicaSet "shop-new" has timed out progressing.';
  const condition = {
    type: "Progressing",
    status: "False",
    reason: "ProgressDeadlineExceeded",
    message,
    lastUpdateTime,
  };
  return {
    ...observed,
    deployment: deployment("shop", {}, { ...observed.deployment?.status, conditions: [condition] }),
  };
}

test("a rollout is ready at the moment when its last part is", () => {
  const routed = { ...complete(), endpointSlices: [] };
  expect(
    play([
      [0, NOT_OBSERVED],
      [1, rolling(0)],
      [3, rolling(1)],
      [4, routed],
      [4.5, complete()],
    ]),
  ).toMatchObject({
    seconds: 4.5,
    verdict: { kind: "ready" },
  });
});

test("the deployment controller's own deadline is a failure at once, in its words", () => {
  expect(
    play([
      [0, rolling(0)],
      [60, pastDeadline(STUCK, "2026-01-01T00:01:00Z")],
    ]),
  ).toEqual({
    seconds: 60,
    verdict: {
      kind: "failed",
      reason: "progress-deadline",
      object: "deployment shop",
      message:
        'ReplicaSet "shop-new" has timed out progressing; 1/2 ready, 1 of 2 pods are of the new release',
    },
  });
});

test("a deadline that had passed before the wait began does not fail a release that now gets ready", () => {
  const stale = pastDeadline(rolling(0), "2026-01-01T00:00:00Z");
  expect(
    play([
      [0, stale],
      [20, rolling(1)],
      [21, complete()],
    ]),
  ).toMatchObject({ seconds: 21, verdict: { kind: "ready" } });
});

test("a deadline that had passed before the wait began and passes again is a failure", () => {
  const stale = pastDeadline(rolling(0), "2026-01-01T00:00:00Z");
  const again = pastDeadline(STUCK, "2026-01-01T00:01:20Z");
  expect(
    play([
      [0, stale],
      [20, rolling(1)],
      [80, again],
    ]),
  ).toMatchObject({
    seconds: 80,
    verdict: { kind: "failed", reason: "progress-deadline" },
  });
});

test("a deadline that passed before the release was observed says nothing of it", () => {
  const passed = pastDeadline(rolling(0), "2026-01-01T00:00:00Z");
  expect(
    play([
      [0, NOT_OBSERVED],
      [0.1, passed],
      [5, complete()],
    ]),
  ).toMatchObject({ seconds: 5, verdict: { kind: "ready" } });
  expect(
    play([
      [0, NOT_OBSERVED],
      [0.1, passed],
      [1, rolling(0)],
      [61, pastDeadline(STUCK, "2026-01-01T00:01:00Z")],
    ]),
  ).toMatchObject({ seconds: 61, verdict: { kind: "failed", reason: "progress-deadline" } });
});

test("a deadline that passes right after the wait began is of the rollout before", () => {
  const passed = pastDeadline(rolling(1), "2026-01-01T00:00:01Z");
  expect(
    play([
      [0, rolling(1)],
      [1, passed],
      [20, complete()],
    ]),
  ).toMatchObject({ seconds: 20, verdict: { kind: "ready" } });
  expect(
    play([
      [0, rolling(1)],
      [1, passed],
    ]),
  ).toMatchObject({
    seconds: 75,
    verdict: { kind: "failed", reason: "not-ready" },
  });
});

test("a wait that nothing is heard of ends after the deadline and a margin", () => {
  expect(play([[0, NOT_OBSERVED]])).toMatchObject({
    seconds: 75,
    verdict: { kind: "failed", reason: "not-observed" },
  });
});

test("a rollout that makes progress and does not come to its end is timed out, and says so", () => {
  const pods = (ready: number) =>
    Array.from({ length: 30 }, (_, index) =>
      index < ready
        ? readyPod(`shop-new-${index}`, "shop-new-uid")
        : unreadyPod(`shop-new-${index}`, "shop-new-uid"),
    );
  const steps: Timeline = Array.from({ length: 30 }, (_, step) => {
    const counts = { updatedReplicas: 30, readyReplicas: step, availableReplicas: step };
    const observed = {
      ...complete(),
      deployment: deployment("shop", { replicas: 30 }, counts),
      pods: pods(step),
    };
    return [step * 50, observed] as const;
  });
  const { seconds, verdict } = play(steps, RELEASE, 600);
  expect(seconds).toBe(600);
  expect(verdict).toMatchObject({
    kind: "failed",
    reason: "timed-out",
    message:
      "12 of 30 pods are available, and the 600 s are over that the whole wait may take; timeoutSeconds sets them; 12/30 ready, 18 starting",
  });
});

describe("what the pods were at when time ran out is in the first line", () => {
  const late = (pods: Observed["pods"]) => {
    const counts = { readyReplicas: 0, availableReplicas: 0 };
    const observed = { ...rolling(0), deployment: deployment("shop", {}, counts), pods };
    const { verdict } = play([
      [0, observed],
      [15, pastDeadline(observed, "2026-01-01T00:00:15Z")],
    ]);
    return verdict.kind === "failed" ? `${verdict.reason}: ${verdict.message}` : verdict.kind;
  };
  const both = (container: object, conditions: Parameters<typeof unreadyPod>[3] = []) =>
    ["shop-new-1", "shop-new-2"].map((name) =>
      unreadyPod(name, "shop-new-uid", container, conditions),
    );
  const gated = (conditions: Parameters<typeof unreadyPod>[3], gates = ["example.com/drained"]) =>
    both({ ready: true, started: true, state: { running: {} } }, [
      { type: "ContainersReady", status: "True" },
      ...(conditions ?? []),
    ]).map((pod) => ({
      ...pod,
      spec: {
        containers: pod.spec?.containers ?? [],
        readinessGates: gates.map((conditionType) => ({ conditionType })),
      },
    }));
  const PASSED = 'progress-deadline: ReplicaSet "shop-new" has timed out progressing; ';

  test("a slow pull", () => {
    const waiting = { reason: "ContainerCreating" };
    expect(late(both({ state: { waiting } }))).toBe(`${PASSED}0/2 ready, 2 pulling`);
    const [scheduled, sandbox] = ["PodScheduled", "PodReadyToStartContainers"].map(
      (type, index) => ({
        ...{ type, status: "True" as const },
        lastTransitionTime: `2026-01-01T00:00:0${index + 1}Z`,
      }),
    );
    const begun = [scheduled, sandbox].flatMap((condition) => condition ?? []);
    expect(late(both({ state: { waiting } }, begun))).toBe(
      `${PASSED}0/2 ready, 2 pulling (since 2026-01-01T00:00:02Z)`,
    );
  });

  test("a sandbox that the node has not made", () => {
    const sandbox = { type: "PodReadyToStartContainers", status: "False" };
    const state = { waiting: { reason: "ContainerCreating" } };
    expect(late(both({ state }, [sandbox]))).toBe(`${PASSED}0/2 ready, 2 creating`);
  });

  test("a readiness gate, with its condition's reason and message", () => {
    const drained = {
      type: "example.com/drained",
      status: "False",
      reason: "Draining",
      message: "3 targets drain",
    };
    expect(late(gated([drained]))).toBe(
      "not-ready: readiness gate example.com/drained is False: Draining: 3 targets drain",
    );
  });

  test("a readiness gate that no controller knows, beside one that is open", () => {
    const gates = ["example.com/open", "example.com/shut"];
    expect(late(gated([{ type: "example.com/open", status: "True" }], gates))).toBe(
      "not-ready: readiness gate example.com/shut has no condition; its controller has not set one",
    );
  });
});

test("whoever watches sees that pods are at their readiness gates", () => {
  const [pod] = rolling(0).pods;
  const spec = { containers: [], readinessGates: [{ conditionType: "example.com/drained" }] };
  const conditions = [{ type: "ContainersReady", status: "True" }];
  expect(stageOf({ ...pod, spec, status: { conditions } })).toBe("at its readiness gates");
});

test("a cause that is known then is named in its place", () => {
  const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }];
  const pods = [unreadyPod("shop-new-1", "shop-new-uid", {}, conditions)];
  const { verdict } = play([[0, { ...STUCK, pods }]], RELEASE, 10);
  expect(verdict).toMatchObject({ reason: "unschedulable" });
});

test("an old failure that never changes ends the wait as well", () => {
  expect(play([[0, pastDeadline(rolling(0), "2026-01-01T00:00:00Z")]])).toMatchObject({
    seconds: 75,
    verdict: { kind: "failed", reason: "not-ready" },
  });
});

test("a slow rollout that makes steps may take longer than the deadline", () => {
  expect(
    play([
      [0, rolling(0)],
      [50, rolling(1)],
      [100, complete()],
    ]),
  ).toMatchObject({
    seconds: 100,
    verdict: { kind: "ready" },
  });
});

test("going back and forth is no step", () => {
  const flapping: Timeline = Array.from({ length: 40 }, (_, index) => [
    index * 5,
    rolling(index % 2),
  ]);
  expect(play(flapping)).toMatchObject({
    seconds: 80,
    verdict: { kind: "failed", reason: "not-ready" },
  });
});

test("a timeout of its own ends the wait in spite of steps", () => {
  expect(
    play(
      [
        [0, rolling(0)],
        [20, rolling(1)],
      ],
      RELEASE,
      30,
    ),
  ).toMatchObject({
    seconds: 30,
    verdict: { kind: "failed", reason: "not-ready" },
  });
});

test("an Ingress without address fails at the deadline, without the margin that is the controller's", () => {
  const inputs = release({ deadlineSeconds: 60, ingress: { name: "shop", awaitAddress: true } });
  const waiting: Observed = {
    ...complete(),
    ingress: { metadata: { name: "shop", uid: "i" }, spec: { ingressClassName: "nobody" } },
  };
  const { seconds, verdict } = play([[0, waiting]], inputs);
  expect(seconds).toBe(60);
  expect(verdict).toMatchObject({
    kind: "failed",
    reason: "ingress-no-address",
    object: "ingress shop",
  });
  expect(verdict).toMatchObject({ message: expect.stringContaining("nobody") as string });
});

describe("tolerance", () => {
  const IMAGE_ERRORS = {
    refused: "dial tcp 10.0.0.1:443: connect: connection refused",
    missing: "rpc error: code = NotFound desc = registry.example.com/shop: not found",
  };
  const pulling = (message: string, createdAt = "2026-01-01T00:00:00Z", seconds = 0): Observed => {
    const state = { waiting: { reason: "ErrImagePull", message } };
    const pod = unreadyPod("shop-new-1", "shop-new-uid", { state });
    return {
      ...rolling(0),
      pods: [{ ...pod, metadata: { ...pod.metadata, creationTimestamp: createdAt } }],
      clusterTime: Date.parse("2026-01-01T00:00:01Z") + seconds * 1000,
    };
  };
  const unscheduled: Observed = {
    ...rolling(0),
    pods: [
      unreadyPod("shop-new-1", "shop-new-uid", {}, [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "no room" },
      ]),
    ],
  };
  const crashed = (restartCount: number, isUp = false): Observed => {
    const terminated = { exitCode: 1, reason: "Error" };
    const state = isUp ? { running: {} } : { waiting: { reason: "CrashLoopBackOff" } };
    const container = { restartCount, state, lastState: { terminated } };
    return { ...rolling(0), pods: [unreadyPod("shop-new-1", "shop-new-uid", container)] };
  };
  const verdictOf = (timeline: Timeline) => {
    const { seconds, verdict } = play(timeline);
    return [verdict.kind === "failed" ? verdict.reason : verdict.kind, seconds];
  };

  test("an image that is not there fails at once", () => {
    expect(verdictOf([[2, pulling(IMAGE_ERRORS.missing)]])).toEqual(["image-not-found", 2]);
  });

  test("a registry that is down for 30 s is waited for, one that stays down is not", () => {
    const down = pulling(IMAGE_ERRORS.refused);
    expect(
      verdictOf([
        [0, down],
        [30, rolling(1)],
        [31, complete()],
      ]),
    ).toEqual(["ready", 31]);
    expect(verdictOf([[0, down]])).toEqual(["registry-unreachable", 60]);
  });

  test("a pod that finds room after 20 s is waited for, one that never does is not", () => {
    expect(
      verdictOf([
        [0, unscheduled],
        [20, rolling(1)],
        [21, complete()],
      ]),
    ).toEqual(["ready", 21]);
    expect(verdictOf([[0, unscheduled]])).toEqual(["unschedulable", 30]);
  });

  test("the time of a tolerance starts anew when the trouble was gone in between", () => {
    const timeline: Timeline = [
      [0, unscheduled],
      [20, rolling(0)],
      [25, unscheduled],
    ];
    expect(verdictOf(timeline)).toEqual(["unschedulable", 55]);
  });

  test("one crash is waited out, a second one is not", () => {
    expect(
      verdictOf([
        [1, crashed(0)],
        [2, crashed(1, true)],
        [5, complete()],
      ]),
    ).toEqual(["ready", 5]);
    expect(
      verdictOf([
        [1, crashed(0)],
        [2, crashed(1, true)],
        [3, crashed(1)],
      ]),
    ).toEqual(["crash-loop", 3]);
  });

  test("a failure that was there long before the wait gets time to be mended", () => {
    const stale = pulling(IMAGE_ERRORS.missing, "2026-01-01T00:00:00Z", 3600);
    expect(
      verdictOf([
        [0, stale],
        [20, rolling(1)],
        [21, complete()],
      ]),
    ).toEqual(["ready", 21]);
    expect(verdictOf([[0, stale]])).toEqual(["image-not-found", 30]);
  });

  test("an old pod that crashes again has shown something new", () => {
    const old = (observed: Observed): Observed => ({
      ...observed,
      pods: observed.pods.map((pod) => ({
        ...pod,
        metadata: { ...pod.metadata, creationTimestamp: "2026-01-01T00:00:00Z" },
      })),
      clusterTime: Date.parse("2026-01-02T00:00:00Z"),
    });
    expect(
      verdictOf([
        [0, old(crashed(4))],
        [12, old(crashed(5))],
      ]),
    ).toEqual(["crash-loop", 12]);
  });

  test("the deadline names what is tolerated until then as the cause", () => {
    const late = pastDeadline(unscheduled, "2026-01-01T00:01:00Z");
    expect(
      verdictOf([
        [0, rolling(0)],
        [10, unscheduled],
        [20, late],
      ]),
    ).toEqual(["unschedulable", 20]);
  });

  test("another template than the one that was applied is somebody else's release", () => {
    const other = complete();
    const newer: Observed = {
      ...other,
      replicaSets: other.replicaSets.map((replicaSet) => ({
        ...replicaSet,
        metadata: { ...replicaSet.metadata, name: `${replicaSet.metadata?.name ?? ""}-other` },
      })),
    };
    expect(
      verdictOf([
        [0, rolling(0)],
        [3, newer],
      ]),
    ).toEqual(["superseded", 3]);
  });
});

describe("pods that are restarted while they are waited for", () => {
  const template = (annotations: Record<string, string>, hash = {}) => ({
    metadata: { annotations, labels: { "app.kubernetes.io/name": "shop", ...hash } },
    spec: { containers: [{ name: "shop", image: IMAGE }] },
  });
  /** The Deployment of a generation, which is its revision as well. */
  const of = (generation: number, own: object, counts: object = {}) => {
    const { deployment: now } = complete();
    const annotations = { "deployment.kubernetes.io/revision": `${generation}` };
    return {
      ...now,
      metadata: { ...now?.metadata, generation, annotations },
      spec: { selector: {}, replicas: 2, template: own },
      status: { ...now?.status, observedGeneration: generation, ...counts },
    };
  };
  const restarted = (key: string): Observed => {
    const { replicaSets, ...rest } = complete();
    const [, shown] = replicaSets.map((each) => ({
      ...each,
      spec: { selector: {}, template: template({}, { "pod-template-hash": "new" }) },
    }));
    const again = {
      ...replicaSet("shop", "again", "3", 2),
      spec: {
        selector: {},
        template: template({ [key]: "now" }, { "pod-template-hash": "again" }),
      },
    };
    const pods = ["shop-again-1", "shop-again-2"].map((pod) => readyPod(pod, "shop-again-uid"));
    return {
      ...rest,
      deployment: of(3, template({ [key]: "now" })),
      replicaSets: shown === undefined ? [again] : [shown, again],
      pods,
      endpointSlices: [endpointSlice("shop", pods)],
    };
  };
  const before = (): Observed => {
    const rest = restarted("any");
    const [shown] = rest.replicaSets;
    return {
      ...rest,
      deployment: of(2, template({}), { updatedReplicas: 0 }),
      replicaSets: shown === undefined ? [] : [shown],
      pods: [],
    };
  };

  test.each(["kubectl.kubernetes.io/restartedAt", "reloader.stakater.com/last-reloaded-from"])(
    "by %s are the same release",
    (key) => {
      expect(
        play([
          [0, before()],
          [3, restarted(key)],
        ]),
      ).toMatchObject({ seconds: 3, verdict: { kind: "ready", replicaSet: "shop-again" } });
    },
  );

  test("by a credential of another value are superseded", () => {
    expect(
      play([
        [0, before()],
        [3, restarted("credential.slipway/db")],
      ]),
    ).toMatchObject({ seconds: 3, verdict: { kind: "failed", reason: "superseded" } });
  });
});

describe("a newer generation that comes before the release's first ReplicaSet is seen", () => {
  const templateWith = (value: string) => ({
    spec: { containers: [{ name: "shop", image: IMAGE, env: [{ name: "GREETING", value }] }] },
  });
  const generation = (number: number, value: string, observed: Observed): Observed => {
    const { status } = deployment("shop");
    const { metadata, ...rest } = deployment("shop", { template: templateWith(value) });
    return {
      ...observed,
      deployment: {
        ...rest,
        metadata: { ...metadata, generation: number },
        status: { ...status, observedGeneration: number },
      },
    };
  };
  const applied = { ...generation(2, "ours", complete()), replicaSets: [], pods: [] };

  test("is superseded where its pods are others, though of the same image", () => {
    const theirs = generation(3, "theirs", complete());
    const { seconds, verdict } = play([
      [0, applied],
      [2, theirs],
    ]);
    expect([seconds, verdict]).toEqual([
      2,
      expect.objectContaining({
        kind: "failed",
        reason: "superseded",
        message:
          "somebody has changed the pods since: generation 3 has other pods than generation 2, which was applied",
      }),
    ]);
  });

  test("is the release itself where only the number of pods is another one", () => {
    const scaled = generation(3, "ours", complete());
    expect(
      play([
        [0, applied],
        [2, scaled],
      ]),
    ).toMatchObject({ seconds: 2, verdict: { kind: "ready" } });
  });
});

describe("a container that runs and is not ready", () => {
  const httpGet = (path: string) => ({ httpGet: { path, port: "http" } });
  const probes = {
    startupProbe: { ...httpGet("/healthz"), periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { ...httpGet("/readyz"), periodSeconds: 2, failureThreshold: 3 },
  };

  /** The second pod runs; its readiness probe has answered so. */
  function unready(
    status: object,
    answers: readonly string[] = [],
    own: object = probes,
  ): Observed {
    const base = rolling(1);
    const [first, second] = base.pods;
    const state = { state: { running: {} }, ...status };
    const pod = { ...unreadyPod("shop-new-2", "shop-new-uid", state) };
    const containers = (pod.spec?.containers ?? []).map((container) => ({ ...container, ...own }));
    return {
      ...base,
      pods: [first, { ...pod, spec: { containers } }].filter((each) => each !== undefined),
      warnings: answers.map((answer, index) => ({
        metadata: { name: `e${index}`, uid: `e${index}` },
        involvedObject: {
          kind: "Pod",
          uid: second?.metadata?.uid ?? "",
          fieldPath: "spec.containers{shop}",
        },
        reason: "Unhealthy",
        message: answer,
        lastTimestamp: `2026-01-01T00:00:0${index}Z`,
      })),
    };
  }

  const said = (code: number) =>
    `Readiness probe failed: HTTP probe failed with statuscode: ${code}`;
  const REFUSED =
    'Readiness probe failed: Get "http://10.0.0.1:8080/readyz": dial tcp: connect: connection refused';
  const TIMEOUT =
    'Readiness probe failed: Get "http://10.0.0.1:8080/readyz": context deadline exceeded';
  const started = { started: true, restartCount: 0 };
  const starting = { started: false, restartCount: 0 };

  function verdictOf(timeline: Timeline, inputs = release({ deadlineSeconds: 120 })) {
    const { seconds, verdict } = play(timeline, inputs);
    return [verdict.kind === "failed" ? verdict.reason : "ready", seconds];
  }

  test.each([
    ["404", said(404)],
    ["403", said(403)],
    ["500", said(500)],
    ["a refused connection", REFUSED],
  ])("is believed 10 s after its start when it answers %s", (_answer, answer) => {
    expect(
      verdictOf([
        [0, unready(starting)],
        [3, unready(started)],
        [5, unready(started, [answer])],
      ]),
    ).toEqual(["not-ready", 13]);
  });

  test.each([
    ["503", said(503)],
    ["429", said(429)],
    ["nothing in time", TIMEOUT],
  ])("may warm up for 60 s, or for its own time, while it answers %s", (_answer, answer) => {
    const timeline: Timeline = [
      [0, unready(starting)],
      [3, unready(started)],
      [5, unready(started, [answer])],
    ];
    expect(verdictOf([...timeline, [28, complete()]])).toEqual(["ready", 28]);
    expect(verdictOf(timeline)).toEqual(["not-ready", 63]);
    expect(verdictOf(timeline, release({ warmupSeconds: 20 }))).toEqual(["not-ready", 23]);
  });

  test("is judged without any event, after the time to warm up", () => {
    const timeline: Timeline = [[3, unready(started)]];
    expect(verdictOf([...timeline, [28, complete()]])).toEqual(["ready", 28]);
    const { seconds, verdict } = play(timeline, release());
    expect(seconds).toBe(63);
    expect(verdict).toMatchObject({
      reason: "not-ready",
      object: "pod shop-new-2",
      message:
        "runs, but its readiness probe (GET /readyz on port http) has not passed; a service that needs longer than 60 s to warm up says so by warmupSeconds",
    });
  });

  test("is not believed a refusal while it warms up", () => {
    expect(
      verdictOf([
        [3, unready(started, [said(503)])],
        [20, unready(started, [said(503), said(500)])],
        [25, complete()],
      ]),
    ).toEqual(["ready", 25]);
  });

  test("has the rollout's whole time to start", () => {
    const refused = REFUSED.replace("Readiness", "Startup");
    const timeline: Timeline = [[0, unready(starting, [refused])]];
    expect(verdictOf([...timeline, [90, complete()]])).toEqual(["ready", 90]);
    expect(
      verdictOf([
        [0, unready(started, [REFUSED], { readinessProbe: {} })],
        [50, complete()],
      ]),
    ).toEqual(["ready", 50]);
  });

  test("counts anew after a crash", () => {
    expect(
      verdictOf([
        [0, unready(started, [said(404)])],
        [8, unready({ started: false, restartCount: 1 }, [said(404)])],
        [12, unready({ started: true, restartCount: 1 }, [said(404)])],
        [20, complete()],
      ]),
    ).toEqual(["ready", 20]);
  });

  test("is the cause that the deadline names", () => {
    expect(
      verdictOf([
        [0, unready(starting)],
        [30, pastDeadline(unready(starting), "2026-01-01T00:01:00Z")],
      ]),
    ).toEqual(["not-ready", 30]);
  });
});

describe("what a release tolerates", () => {
  const crash = (restartCount: number): Observed => {
    const terminated = { exitCode: 3, reason: "Error" };
    const state = { state: { running: {} }, lastState: { terminated }, restartCount };
    return { ...rolling(0), pods: [unreadyPod("shop-new-1", "shop-new-uid", state)] };
  };

  test.each([
    [undefined, 2],
    [0, 1],
    [2, 3],
  ])("with restarts %s, a container has failed at its end number %s", (restarts, ends) => {
    const inputs = release({ ...(restarts !== undefined && { tolerate: { restarts } }) });
    const { seconds, verdict } = play(
      [1, 2, 3, 4].map((end) => [end, crash(end)] as const),
      inputs,
    );
    expect([seconds, verdict]).toMatchObject([ends, { reason: "crash-loop" }]);
  });

  test("is its own time for a node and for the registry", () => {
    const tolerate = { unschedulableSeconds: 5, registrySeconds: 7 };
    const message = "0/1 nodes are available";
    const waiting = {
      state: { waiting: { reason: "ErrImagePull", message: "connection refused" } },
    };
    const unscheduled = unreadyPod("shop-new-1", "shop-new-uid", {}, [
      { type: "PodScheduled", status: "False", message },
    ]);
    const pulling = unreadyPod("shop-new-1", "shop-new-uid", waiting);
    expect(
      [unscheduled, pulling].map((pod) =>
        play([[0, { ...rolling(0), pods: [pod] }]], release({ tolerate })),
      ),
    ).toMatchObject([
      { seconds: 5, verdict: { reason: "unschedulable" } },
      { seconds: 7, verdict: { reason: "registry-unreachable" } },
    ]);
  });
});

const STATES = [
  NOT_OBSERVED,
  rolling(0),
  rolling(1),
  complete(),
  { ...complete(), endpointSlices: [] },
];
const timelines = fc
  .array(fc.tuple(fc.nat(50), fc.constantFrom(...STATES)), { minLength: 1 })
  .map((events) => events.sort(([one], [other]) => one - other));

test("no order of a healthy rollout's states makes it fail within its deadline", () => {
  fc.assert(
    fc.property(timelines, (events) => {
      const { verdict } = play([...events, [51, complete()]]);
      expect(verdict.kind).toBe("ready");
    }),
  );
});

test("every wait ends", () => {
  fc.assert(
    fc.property(timelines, (events) => {
      expect(play([[0, rolling(0)], ...events]).seconds).toBeLessThan(600);
    }),
  );
});

// Proves the verdict on workers, load balancers, several Ingresses, routes and probes with times of their own. That a cluster shows it so is
// proved by test/e2e/real-services-mastodon.test.ts; no unit test proves that a cloud or a Gateway's controller does.
import { kindsFault } from "../../components/require-kinds.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { HttpRoute, Observed, Pod } from "../../provider/verdict/objects.ts";
import { judgeAtOnce } from "../../provider/verdict/rollout.ts";
import { servedKinds } from "../../provider/served-kinds.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { complete, deployment, readyPod, release, unreadyPod } from "../support/release-objects.ts";
import { play } from "../support/timeline.ts";

const OWNER = "shop-new-uid";
const T0 = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();

const worker = withoutService(release({ settleSeconds: 10 }));

function withoutService(inputs: ReadinessInputs): ReadinessInputs {
  const entries = Object.entries(inputs).filter(([key]) => key !== "serviceName");
  return Object.fromEntries(entries) as unknown as ReadinessInputs;
}

/** What a cluster shows of a worker: no Service, and nothing that routes to it. */
function observedWorker(pods: readonly Pod[], available = 2): Observed {
  const status = { readyReplicas: available, availableReplicas: available };
  return {
    ...complete(),
    pods,
    deployment: deployment("shop", {}, status),
    service: undefined,
    endpointSlices: [],
  };
}

const ready = (name: string) => readyPod(name, OWNER);
const both = [ready("shop-new-1"), ready("shop-new-2")];

function ended(name: string, exitCode: number, restartCount = 0): Pod {
  const reason = exitCode === 0 ? "Completed" : "Error";
  return unreadyPod(name, OWNER, {
    restartCount,
    started: false,
    state: { terminated: { exitCode, reason, startedAt: at(0), finishedAt: at(5) } },
  });
}

describe("a worker, which takes no connections", () => {
  test("is ready without a Service once it has run for settleSeconds", () => {
    const { seconds, verdict } = play([[0, observedWorker(both)]], worker);
    expect(verdict.kind).toBe("ready");
    expect(seconds).toBe(0);
    const starting = [unreadyPod("shop-new-1", OWNER), unreadyPod("shop-new-2", OWNER)];
    const started = play(
      [
        [0, observedWorker(starting, 0)],
        [40, observedWorker(both)],
      ],
      worker,
    );
    expect(started.verdict.kind).toBe("ready");
    expect(started.seconds).toBeGreaterThanOrEqual(50);
    expect(started.seconds).toBeLessThanOrEqual(53);
  });

  test("that crashes while it settles fails at once", () => {
    const { seconds, verdict } = play(
      [
        [0, observedWorker([unreadyPod("shop-new-1", OWNER), unreadyPod("shop-new-2", OWNER)], 0)],
        [2, observedWorker(both)],
        [7, observedWorker([ready("shop-new-1"), ended("shop-new-2", 1)], 1)],
      ],
      worker,
    );
    expect(verdict).toMatchObject({
      kind: "failed",
      reason: "crash-loop",
      object: "pod shop-new-2",
    });
    expect(seconds).toBe(7);
  });

  test("that ends by itself, and well, fails all the same: nothing keeps it running", () => {
    const { verdict } = play(
      [
        [0, observedWorker([unreadyPod("shop-new-1", OWNER), unreadyPod("shop-new-2", OWNER)], 0)],
        [1, observedWorker([ended("shop-new-1", 0), ended("shop-new-2", 0)], 0)],
        [3, observedWorker([ended("shop-new-1", 0, 1), ended("shop-new-2", 0, 1)], 0)],
      ],
      worker,
    );
    expect(verdict).toMatchObject({ kind: "failed", reason: "crash-loop" });
    expect(JSON.stringify(verdict)).toContain("exit code 0 (Completed)");
  });
});

describe("a load balancer", () => {
  const awaited = release({ loadBalancer: true });
  const balanced = (status: object): Observed => {
    const base = complete();
    return { ...base, service: { ...base.service, status } };
  };

  test("must have an address, by IP or by name", () => {
    const { seconds, verdict } = play([[0, balanced({})]], awaited);
    expect(verdict).toMatchObject({
      kind: "failed",
      reason: "service-no-address",
      object: "service shop",
      message: "no load balancer has given it an address",
    });
    expect(seconds).toBe(120);
    for (const address of [{ ip: "192.0.2.1" }, { hostname: "lb.example.com" }]) {
      const served = balanced({ loadBalancer: { ingress: [address] } });
      expect(play([[0, served]], awaited).verdict.kind).toBe("ready");
    }
  });

  test("is not waited for where the release does without", () => {
    expect(play([[0, balanced({})]], release()).verdict.kind).toBe("ready");
  });
});

test("each of several Ingresses must have its address", () => {
  const one = { name: "shop", awaitAddress: true };
  const two = { name: "shop-internal", awaitAddress: true };
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  const first = { metadata: { name: "shop" }, status };
  const second = { metadata: { name: "shop-internal" }, spec: { ingressClassName: "internal" } };
  const inputs = release({ ingress: one, otherIngresses: [two] });
  const observed = { ...complete(), ingress: first, otherIngresses: [second] };
  expect(judgeAtOnce(inputs, observed)).toMatchObject({
    reason: "ingress-no-address",
    object: "ingress shop-internal",
    message: "no controller of ingress class internal has published an address",
  });
  const served = { ...observed, otherIngresses: [{ ...second, status }] };
  expect(judgeAtOnce(inputs, served).kind).toBe("ready");
});

describe("a route", () => {
  const parent = { name: "public", namespace: "gateways", sectionName: "https" };
  const inputs = release({ routes: ["shop"] });
  const condition = (type: string, status: string, more: object = {}) => ({
    type,
    status,
    ...more,
  });
  const ACCEPTED = [condition("Accepted", "True"), condition("ResolvedRefs", "True")];

  function route(parents: NonNullable<HttpRoute["status"]>["parents"]): Observed {
    const metadata = { name: "shop", namespace: "shop-dev", generation: 3 };
    const spec = {
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", ...parent }],
    };
    return { ...complete(), routes: [{ metadata, spec, status: { parents: parents ?? [] } }] };
  }

  test("must be accepted by each of its parents, with all that it refers to", () => {
    expect(judgeAtOnce(inputs, route([{ parentRef: parent, conditions: ACCEPTED }])).kind).toBe(
      "ready",
    );
    const { seconds, verdict } = play([[0, route([])]], inputs);
    expect(verdict).toMatchObject({
      reason: "route-not-accepted",
      object: "httproute shop",
      message: "no controller of Gateway gateways/public (https) has accepted it",
    });
    expect(seconds).toBe(120);
  });

  test("that is refused has failed after 30 s, in the controller's words", () => {
    const refused = condition("Accepted", "False", {
      reason: "NotAllowedByListeners",
      message: "namespace not allowed",
    });
    const { seconds, verdict } = play(
      [[0, route([{ parentRef: parent, conditions: [refused] }])]],
      inputs,
    );
    expect(verdict).toMatchObject({
      reason: "route-not-accepted",
      message:
        "Gateway gateways/public (https) says Accepted: False (NotAllowedByListeners): namespace not allowed; its listeners let in no routes of this namespace (allowedRoutes)",
    });
    expect(seconds).toBe(30);
  });

  test.each([
    ["NoMatchingListenerHostname", "; no listener of it serves the route's hosts shop.example.org"],
    ["example.com/Odd", ""],
  ])("that is refused with the one word %s has what that means", (reason, meaning) => {
    const refused = condition("Accepted", "False", { reason, message: "" });
    const observed = route([{ parentRef: parent, conditions: [refused] }]);
    const [plain] = observed.routes ?? [];
    const spec = { ...plain?.spec, hostnames: ["shop.example.org"] };
    expect(judgeAtOnce(inputs, { ...observed, routes: [{ ...plain, spec }] })).toMatchObject({
      message: `Gateway gateways/public (https) says Accepted: False (${reason})${meaning}`,
    });
  });

  test.each([
    ["of an earlier generation", ACCEPTED.map((each) => ({ ...each, observedGeneration: 2 }))],
    ["of its references alone", ACCEPTED.slice(1)],
  ])("is not accepted by a word %s", (_case, conditions) => {
    expect(judgeAtOnce(inputs, route([{ parentRef: parent, conditions }])).kind).toBe("failed");
  });

  test("is not accepted by a word about another listener, and does without the word of a second controller", () => {
    const other = { ...parent, sectionName: "http" };
    expect(judgeAtOnce(inputs, route([{ parentRef: other, conditions: ACCEPTED }])).kind).toBe(
      "failed",
    );
    const second = { parentRef: parent, conditions: [condition("Accepted", "False")] };
    const served = route([second, { parentRef: parent, conditions: ACCEPTED }]);
    expect(judgeAtOnce(inputs, served).kind).toBe("ready");
  });

  test("that somebody has detached is not accepted", () => {
    const [accepted] = route([]).routes ?? [];
    const detached = { ...complete(), routes: [{ ...accepted, spec: { parentRefs: [] } }] };
    expect(judgeAtOnce(inputs, detached)).toMatchObject({
      reason: "route-not-accepted",
      message: "it has no parent any more",
    });
  });

  test("that is gone is not accepted", () => {
    expect(judgeAtOnce(inputs, { ...complete(), routes: [] })).toMatchObject({
      reason: "route-not-accepted",
      message: "httproute shop does not exist",
    });
  });
});

describe("the patience of the verdict follows from the readiness probe", () => {
  const READINESS = { httpGet: { path: "/readyz", port: "http" } };
  const NOT_YET = "Readiness probe failed: HTTP probe failed with statuscode: 503";

  /** The second pod runs since second 0, started, and has answered so at these seconds. */
  function look(
    seconds: number,
    probe: object,
    answered: readonly number[],
    isReady = false,
  ): Observed {
    const base = complete();
    const status = { started: true, state: { running: { startedAt: at(0) } } };
    const pod = isReady ? ready("shop-new-2") : unreadyPod("shop-new-2", OWNER, status);
    const containers = [
      { name: "shop", image: release().image, readinessProbe: { ...READINESS, ...probe } },
    ];
    const first = answered[0] ?? 0;
    const event = {
      metadata: { name: "e" },
      involvedObject: { kind: "Pod", uid: "shop-new-2-uid", fieldPath: "spec.containers{shop}" },
      ...{ reason: "Unhealthy", type: "Warning", message: NOT_YET, count: answered.length },
      firstTimestamp: at(first),
      lastTimestamp: at(answered.at(-1) ?? 0),
    };
    const available = isReady ? {} : { readyReplicas: 1, availableReplicas: 1 };
    return {
      ...base,
      clusterTime: T0 + seconds * 1000,
      deployment: deployment("shop", {}, available),
      pods: [ready("shop-new-1"), { ...pod, spec: { containers } }],
      ...(isReady ? {} : { warnings: answered.length > 0 ? [event] : [] }),
    };
  }

  test("one that is asked each minute is not failed before it is asked again", () => {
    const probe = { periodSeconds: 60 };
    const { verdict } = play(
      [
        [0, look(0, probe, [0])],
        [61, look(61, probe, [], true)],
      ],
      release(),
    );
    expect(verdict.kind).toBe("ready");
  });

  test("one that is asked later is not failed before it is asked", () => {
    const probe = { initialDelaySeconds: 90 };
    const { verdict } = play(
      [
        [0, look(0, probe, [])],
        [91, look(91, probe, [], true)],
      ],
      release({ deadlineSeconds: 150 }),
    );
    expect(verdict.kind).toBe("ready");
  });

  test("one that is asked each minute, and never answers, fails by the deadline", () => {
    const probe = { periodSeconds: 60 };
    const { seconds, verdict } = play(
      [
        [0, look(0, probe, [0])],
        [60, look(60, probe, [0, 60])],
        [120, look(120, probe, [0, 60, 120])],
      ],
      release(),
    );
    expect(verdict).toMatchObject({ kind: "failed", reason: "not-ready" });
    expect(seconds).toBeLessThanOrEqual(135);
  });

  test("one that loses its readiness while it settles has until it is asked again", () => {
    const probe = { periodSeconds: 30 };
    const settling = release({ settleSeconds: 10 });
    const { verdict } = play(
      [
        [0, look(0, probe, [], false)],
        [1, look(1, probe, [], true)],
        [5, look(5, probe, [5])],
        [36, look(36, probe, [], true)],
      ],
      settling,
    );
    expect(verdict.kind).toBe("ready");
  });

  test.each<[string, object, object, boolean]>([
    [
      "a connection to the port that has answered",
      { tcpSocket: { port: "http" } },
      { httpGet: { path: "/a", port: 3000 } },
      true,
    ],
    [
      "the same by the port's number",
      { httpGet: { path: "/a", port: 3000 } },
      { httpGet: { path: "/a", port: "http" } },
      true,
    ],
    [
      "a connection to another port",
      { tcpSocket: { port: 4000 } },
      { httpGet: { path: "/a", port: "http" } },
      false,
    ],
    [
      "another host of the same path",
      { httpGet: { path: "/a", port: "http", httpHeaders: [{ name: "Host", value: "a" }] } },
      { httpGet: { path: "/a", port: "http" } },
      false,
    ],
  ])("a liveness probe that asks for %s", (_case, livenessProbe, readinessProbe, isKnown) => {
    const ports = [{ name: "http", containerPort: 3000 }];
    const container = {
      name: "shop",
      image: release().image,
      ports,
      livenessProbe,
      readinessProbe,
    };
    const since = { lastTransitionTime: at(0) };
    const pods = both.map((pod) => {
      const conditions = (pod.status?.conditions ?? []).map((each) => ({ ...each, ...since }));
      return { ...pod, status: { ...pod.status, conditions }, spec: { containers: [container] } };
    });
    const observed = { ...complete(), clusterTime: T0 + 1000, pods };
    const { seconds, verdict } = play(
      [
        [0, observed],
        [60, { ...observed, clusterTime: T0 + 60_000 }],
      ],
      release(),
    );
    expect(verdict.kind).toBe("ready");
    expect(seconds === 0).toBe(isKnown);
  });

  test("a container without the probe is told as what its node has not reported", () => {
    const base = complete();
    const status = { started: true, state: { running: { startedAt: at(0) } } };
    const pods = [ready("shop-new-1"), unreadyPod("shop-new-2", OWNER, status)];
    expect(JSON.stringify(judgeAtOnce(worker, { ...base, pods }))).toContain(
      "runs, and its node has not yet reported it as ready",
    );
  });
});

describe("whether the API server serves routes", () => {
  const GROUP = "gateway.networking.k8s.io";
  const { signal } = new AbortController();
  const answering = (answers: Readonly<Record<string, unknown>>) => ({
    get: (path: string) =>
      path in answers
        ? Promise.resolve(answers[path])
        : Promise.reject(new ApiError(404, "the server could not find the requested resource")),
  });
  /** A group that has kinds in its versions. */
  const serving = (kinds: Readonly<Record<string, readonly string[]>>) => {
    const versions = Object.keys(kinds).map((version) => ({ groupVersion: `${GROUP}/${version}` }));
    const resources = Object.entries(kinds).map(([version, each]) => [
      `/apis/${GROUP}/${version}`,
      {
        resources: each.map((kind) => ({ kind, name: kind.toLowerCase(), namespaced: true })),
      },
    ]);
    return answering({
      [`/apis/${GROUP}`]: { versions },
      ...(Object.fromEntries(resources) as Record<string, unknown>),
    });
  };
  const faultOf = async (api: ReturnType<typeof answering>) => {
    const { kinds } = await servedKinds({ group: GROUP }, api, signal);
    return kinds === undefined ? "nothing is said" : kindsFault("route", kinds);
  };
  const NONE = `the cluster does not serve HTTPRoute of ${GROUP}/v1`;

  test("is said with the versions that it serves instead", async () => {
    expect(await faultOf(serving({ v1: ["Gateway", "HTTPRoute"] }))).toBeUndefined();
    expect(await faultOf(answering({}))).toMatch(`${NONE}; have an administrator`);
    expect(await faultOf(serving({ v1beta1: ["HTTPRoute"] }))).toMatch(
      `${NONE}, only ${GROUP}/v1beta1; have an administrator`,
    );
    expect(await faultOf(serving({ v1: ["Gateway"] }))).toMatch(`${NONE}; have an administrator`);
  });

  test("is nothing to hold up a run where it does not say", async () => {
    const silent = { get: () => Promise.reject(new Error("connection refused")) };
    expect(await faultOf(silent)).toBe("nothing is said");
  });
});

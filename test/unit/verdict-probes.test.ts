// Proves when a container is believed what it answers to its probes; that the kubelet reports it so is proved by the catalogue.
import type { Event, Observed } from "../../provider/verdict/objects.ts";
import { judgeAtOnce, Rollout } from "../../provider/verdict/rollout.ts";
import { complete, deployment, release, unreadyPod } from "../support/release-objects.ts";
import { play, type Timeline } from "../support/timeline.ts";

const T0 = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number) => new Date(T0 + seconds * 1000).toISOString().replace(".000", "");

const httpGet = (path: string) => ({ httpGet: { path, port: "http" } });
const PROBES = {
  startupProbe: { ...httpGet("/healthz"), periodSeconds: 1, failureThreshold: 120 },
  readinessProbe: { ...httpGet("/readyz"), periodSeconds: 2, failureThreshold: 3 },
  livenessProbe: { ...httpGet("/alive"), periodSeconds: 10, failureThreshold: 3 },
};

/** A report of the kubelet: first and last seconds, its words, and how often it was given. */
type Said = readonly [from: number, to: number, message: string, count?: number];

const statuscode = (code: number) => `HTTP probe failed with statuscode: ${code}`;
const startup = (code: number) => `Startup probe failed: ${statuscode(code)}`;
const liveness = (code: number) => `Liveness probe failed: ${statuscode(code)}`;
const refused = (kind: string) =>
  `${kind} probe failed: Get "http://10.0.0.1:8080/timeout": dial tcp 10.0.0.1:8080: connect: connection refused`;

function events(said: readonly Said[]): Event[] {
  return said.map(([from, to, message, count], index) => ({
    metadata: { name: `e${index}` },
    involvedObject: { kind: "Pod", uid: "shop-new-2-uid", fieldPath: "spec.containers{shop}" },
    reason: "Unhealthy",
    type: "Warning",
    message,
    firstTimestamp: at(from),
    lastTimestamp: at(to),
    ...(count !== undefined && { count }),
  }));
}

interface Look {
  readonly said?: readonly Said[];
  readonly status?: object;
  readonly probes?: object;
  readonly ready?: boolean;
  readonly more?: Partial<Observed>;
}

/** The second pod's container runs since second 0, and has failed its probes so. */
function look(
  seconds: number,
  { said = [], status = {}, probes = PROBES, ready = false, more = {} }: Look = {},
): readonly [number, Observed] {
  const base = complete();
  const [first, second] = base.pods;
  const own = {
    state: { running: { startedAt: at(0) } },
    restartCount: 0,
    started: true,
    ...(ready && { ready }),
    ...status,
  };
  const unready = unreadyPod("shop-new-2", "shop-new-uid", own);
  const spec = { containers: [{ name: "shop", image: release().image, ...probes }] };
  const since = { type: "Ready", status: "True", lastTransitionTime: at(1) };
  const { image, imageID } = second?.status?.containerStatuses?.[0] ?? {};
  const pod = ready
    ? {
        ...second,
        spec,
        status: {
          ...second?.status,
          conditions: [since],
          containerStatuses: [{ name: "shop", image, imageID, ...own }],
        },
      }
    : { ...unready, spec };
  const counts = ready ? {} : { readyReplicas: 1, availableReplicas: 1 };
  return [
    seconds,
    {
      ...base,
      deployment: deployment("shop", {}, counts),
      pods: [first, pod] as Observed["pods"],
      warnings: events(said),
      clusterTime: T0 + seconds * 1000,
      ...more,
    },
  ];
}

function verdictOf(timeline: Timeline, own: Parameters<typeof release>[0] = {}) {
  const { seconds, verdict } = play(timeline, release(own));
  return verdict.kind === "failed"
    ? [verdict.reason, seconds, verdict.message]
    : ["ready", seconds];
}

/** Reason and seconds. */
const endOf = (...known: Parameters<typeof verdictOf>) => verdictOf(...known).slice(0, 2);

const STARTING = { started: false };

describe("a startup probe", () => {
  const wrong = (seconds: number, said: readonly Said[]) =>
    look(seconds, { said, status: STARTING });

  test.each([404, 401, 500])("is believed after 10 s when it is answered %d", (code) => {
    expect(
      verdictOf([
        wrong(0, []),
        wrong(1, [[0, 0, refused("Startup")]]),
        wrong(2, [
          [0, 0, refused("Startup")],
          [1, 1, startup(code)],
        ]),
      ]),
    ).toEqual(["not-ready", 12, `${startup(code)} (GET /healthz on port http)`]);
  });

  test("names the setting that gives it longer, and takes it", () => {
    const timeline = [wrong(2, [[1, 1, startup(404)]])];
    expect(play(timeline, release()).verdict).toMatchObject({
      notes: ["such an answer is believed after 10 s (tolerate.probeSeconds)"],
    });
    expect(endOf(timeline, { tolerate: { probeSeconds: 40 } })).toEqual(["not-ready", 42]);
  });

  test("that is answered right a moment later is no failure", () => {
    expect(
      verdictOf([
        wrong(1, [[1, 1, startup(404)]]),
        wrong(5, [[1, 5, startup(404)]]),
        [6, complete()],
      ]),
    ).toEqual(["ready", 6]);
  });

  test("gets as long again as it took to be answered at all, at most the time to warm up", () => {
    const late: Said[] = [
      [0, 24, refused("Startup")],
      [25, 25, startup(404)],
    ];
    expect(endOf([wrong(0, []), wrong(25, late)])).toEqual(["not-ready", 50]);
    expect(verdictOf([wrong(0, []), wrong(25, late), [49, complete()]])).toEqual(["ready", 49]);
    expect(endOf([wrong(0, []), wrong(25, late)], { warmupSeconds: 15 })).toEqual([
      "not-ready",
      40,
    ]);
  });

  test.each([502, 503, 504, 429, 425])("has the rollout's time while it is answered %d", (code) => {
    expect(verdictOf([wrong(1, [[1, 1, startup(code)]]), [100, complete()]])).toEqual([
      "ready",
      100,
    ]);
  });

  test("has the rollout's time while nobody listens, whatever the path is called", () => {
    expect(verdictOf([wrong(1, [[1, 1, refused("Startup")]]), [100, complete()]])).toEqual([
      "ready",
      100,
    ]);
  });

  test("counts by its latest answer: a wrong one before the right process came says nothing", () => {
    const said: Said[] = [
      [1, 4, startup(404)],
      [5, 9, startup(503)],
    ];
    expect(verdictOf([wrong(4, said.slice(0, 1)), wrong(9, said), [90, complete()]])).toEqual([
      "ready",
      90,
    ]);
  });

  test("is read where the kubelet combines reports", () => {
    const message = `(combined from similar events): ${startup(404)}`;
    expect(endOf([wrong(1, [[1, 1, message]])])).toEqual(["not-ready", 11]);
  });

  test("does not count by the reports on an earlier run", () => {
    const restarted = (seconds: number, said: readonly Said[]) =>
      look(seconds, {
        said,
        status: { ...STARTING, restartCount: 1, state: { running: { startedAt: at(20) } } },
      });
    expect(verdictOf([restarted(21, [[1, 19, startup(404)]]), [60, complete()]])).toEqual([
      "ready",
      60,
    ]);
  });

  test("that is refused is believed once the container listens elsewhere", () => {
    const more = { elsewhere: [{ pod: "shop-new-2", container: "shop" }] };
    const said: Said[] = [[0, 5, refused("Startup")]];
    expect(verdictOf([wrong(5, said), look(6, { said, status: STARTING, more })])).toEqual([
      "not-ready",
      16,
      `${refused("Startup")} (GET /healthz on port http)`,
    ]);
  });
});

describe("a readiness probe without a startup probe", () => {
  const { readinessProbe } = PROBES;
  const plain = (seconds: number, said: readonly Said[], probe: object = readinessProbe) =>
    look(seconds, { said, probes: { readinessProbe: probe } });
  const readiness = `Readiness probe failed: ${statuscode(404)}`;

  test("is believed after the process listens, too", () => {
    expect(
      endOf([
        plain(0, []),
        plain(1, [[0, 0, refused("Readiness")]]),
        plain(3, [
          [0, 0, refused("Readiness")],
          [2, 2, readiness],
        ]),
      ]),
    ).toEqual(["not-ready", 13]);
  });

  test("that runs a command, or is served by gRPC, gets the time to warm up: only the program knows what it says", () => {
    const said = "Readiness probe failed: 127.0.0.1:5432 - no response";
    const command = { exec: { command: ["pg_isready"] } };
    expect(verdictOf([plain(1, [[1, 1, said]], command), [45, complete()]])).toEqual(["ready", 45]);
    const unhealthy = 'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")';
    expect(
      verdictOf([plain(1, [[1, 1, unhealthy]], { grpc: { port: 1 } }), [45, complete()]]),
    ).toEqual(["ready", 45]);
  });

  test.each([
    'Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "5f": OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/grpc_health_probe": stat /bin/grpc_health_probe: no such file or directory: unknown',
    'Readiness probe failed: OCI runtime exec failed: exec failed: unable to start container process: exec: "pg_isready": executable file not found in $PATH: unknown',
  ])("whose command cannot be started is believed after 10 s: %s", (said) => {
    const command = { exec: { command: ["pg_isready"] }, periodSeconds: 2 };
    expect(endOf([plain(1, [[1, 1, said]], command)])).toEqual(["not-ready", 11]);
  });

  test("whose command says itself that a file is not there gets the time to warm up", () => {
    const said = "Readiness probe failed: cat: /tmp/ready: No such file or directory";
    const command = { exec: { command: ["cat", "/tmp/ready"] } };
    expect(endOf([plain(1, [[1, 1, said]], command), [45, complete()]])).toEqual(["ready", 45]);
  });
});

describe("a liveness probe", () => {
  const live = (seconds: number, said: readonly Said[], more: Partial<Look> = {}) =>
    look(seconds, { said, ready: true, ...more });
  const words = (code: number) =>
    `${liveness(code)} (GET /alive on port http); the kubelet restarts it for that`;

  test("that is answered 404 fails the release when the kubelet gives up, though the pod is ready", () => {
    expect(
      verdictOf([
        live(1, [[1, 1, liveness(404)]]),
        live(11, [[1, 11, liveness(404)]]),
        live(21, [[1, 21, liveness(404)]]),
      ]),
    ).toEqual(["killed-by-liveness", 21, words(404)]);
  });

  test("that was answered 404 once holds a release up until the next answer is due, and no longer", () => {
    const seconds = [1, 11, 12, 13, 14, 15, 16, 18];
    const timeline = seconds.map((now) => live(now, [[1, 1, liveness(404)]]));
    expect(verdictOf(timeline)).toEqual(["ready", 15]);
  });

  test("that was answered 404 long ago says nothing, in a wait and at a look", () => {
    expect(verdictOf([live(200, [[1, 60, liveness(404)]])])).toEqual(["ready", 200]);
    expect(judgeAtOnce(release(), live(200, [[1, 60, liveness(404)]])[1]).kind).toBe("ready");
    expect(judgeAtOnce(release(), live(2, [[1, 1, liveness(404)]])[1]).kind).toBe("ready");
    expect(judgeAtOnce(release(), live(62, [[1, 60, liveness(404)]])[1])).toMatchObject({
      reason: "killed-by-liveness",
    });
  });

  // The kubelet puts failures that are far apart into one report, and gives up after three in a row.
  test.each([
    ["twice, half a minute apart", 31, 2],
    ["three times in two minutes", 121, 3],
    ["each second time", 121, 7],
  ])("that fails %s has passed meanwhile", (_case, to, count) => {
    const at = (seconds: number) => live(seconds, [[1, to, liveness(500), count]]);
    expect(judgeAtOnce(release(), at(to + 1)[1]).kind).toBe("ready");
    expect(verdictOf([at(to + 1), at(to + 20)])).toEqual(["ready", to + 20]);
  });

  test("that fails once in a later run has the answers of that run, from its first one on", () => {
    const livenessProbe = { ...PROBES.livenessProbe, initialDelaySeconds: 30 };
    const again = {
      probes: { ...PROBES, livenessProbe },
      status: { restartCount: 1, state: { running: { startedAt: at(100) } } },
    };
    const failing = (to: number, count: number) =>
      live(to + 1, [[31, to, liveness(500), count]], again);
    const tolerant = release({ tolerate: { restarts: 1 } });
    expect(judgeAtOnce(tolerant, failing(131, 4)[1]).kind).toBe("ready");
    expect(judgeAtOnce(tolerant, failing(151, 6)[1]).kind).toBe("failed");
  });

  test.each([
    [21, 3],
    [61, 7],
    [61, 6],
  ])("that has failed until second %d, %d times, has failed each time", (to, count) => {
    const observed = live(to + 1, [[1, to, liveness(500), count]]);
    expect(verdictOf([observed])).toEqual(["killed-by-liveness", to + 1, words(500)]);
  });

  test("that asks a port on which nobody listens is wrong in a container that has started", () => {
    expect(
      endOf([
        live(1, [[1, 1, refused("Liveness")]]),
        live(11, [[1, 11, refused("Liveness")]]),
        live(21, [[1, 21, refused("Liveness")]]),
      ]),
    ).toEqual(["killed-by-liveness", 21]);
  });

  test("that was refused while the process started, before it was ready, holds nothing up", () => {
    const { readinessProbe } = PROBES;
    const probes = { readinessProbe, livenessProbe: { ...readinessProbe, periodSeconds: 10 } };
    expect(verdictOf([live(2, [[0, 0, refused("Liveness")]], { probes })])).toEqual(["ready", 2]);
  });

  test("that asks what no other probe has asked holds a release up until it has had to be answered", () => {
    const timeline = [2, 10, 14, 15, 20].map((now) => live(now, []));
    expect(verdictOf(timeline)).toEqual(["ready", 15]);
    const slow = { ...PROBES, livenessProbe: { ...PROBES.livenessProbe, initialDelaySeconds: 60 } };
    expect(verdictOf([live(2, [], { probes: slow })])).toEqual(["ready", 2]);
    const same = { ...PROBES, livenessProbe: { ...httpGet("/healthz"), periodSeconds: 10 } };
    expect(verdictOf([live(2, [], { probes: same })])).toEqual(["ready", 2]);
  });

  test("says in the progress what is waited for, and holds nothing up beyond the deadline", () => {
    const { verdict, seconds } = play([live(2, [])], release({ deadlineSeconds: 9 }));
    expect([verdict.kind, seconds]).toEqual(["ready", 11]);
    expect(new Rollout(release(), 0).judge(live(2, [])[1], 2000)).toEqual({
      kind: "progressing",
      text: "2/2 ready, its liveness probe (GET /alive on port http) is yet to be answered",
      wakeAt: 15_001,
    });
  });

  test("that is answered 503 is judged by the kubelet's kills", () => {
    expect(verdictOf([live(21, [[1, 21, liveness(503)]])])).toEqual(["ready", 21]);
  });

  test("that runs a command which fails holds a release up until the kubelet's kill, or the next answer", () => {
    const exec = { exec: { command: ["check"] } };
    const probes = { ...PROBES, livenessProbe: { ...exec, periodSeconds: 10 } };
    const words = 'Liveness probe failed: command timed out: "check" timed out after 1s';
    const said = (now: number, last: number) => live(now, [[1, last, words]], { probes });
    expect(verdictOf([said(2, 1), said(14, 11), said(24, 21), said(35, 21)])).toEqual([
      "ready",
      35,
    ]);
    expect(judgeAtOnce(release(), said(24, 21)[1]).kind).toBe("ready");
    const same = { ...probes, readinessProbe: { ...exec, periodSeconds: 2 } };
    expect(verdictOf([live(2, [[1, 1, words]], { probes: same })])).toEqual(["ready", 2]);
  });

  test("is named for a container that is not ready, too", () => {
    expect(
      verdictOf([
        look(1, { said: [[1, 1, liveness(404)]] }),
        look(21, { said: [[1, 21, liveness(404)]] }),
      ]),
    ).toEqual(["killed-by-liveness", 21, words(404)]);
  });
});

describe("what the kubelet warns of", () => {
  const warned = (message: string, second = 5): Observed => {
    const [event] = events([[second, second, message]]);
    const state = look(9, { ready: true, probes: { readinessProbe: PROBES.readinessProbe } })[1];
    return {
      ...state,
      warnings: event === undefined ? [] : [{ ...event, reason: "ProbeWarning" }],
    };
  };
  const notesOn = (observed: Observed) => {
    const verdict = new Rollout(release(), 0).judge(observed, 9000);
    return verdict.kind === "ready" ? verdict.notes : [verdict.kind];
  };
  const redirected = (body: string) =>
    `Readiness probe warning: Probe terminated redirects, Response body: ${body}`;
  const line = (host: string) =>
    `its readiness probe (GET /readyz on port http) is redirected to another host${host}, which the kubelet does not follow and counts as passed: nothing proves that the service can serve (pod shop-new-2)`;

  test.each([
    ["", ""],
    [
      "Found. Redirecting to https://login.example.com:8443/in?next=%2F&token=x",
      " (https://login.example.com:8443)",
    ],
    ['<a href="http://user:word@other.example.com/">Found</a>.', " (http://other.example.com)"],
    ["http://[", ""],
  ])("names the host of %p", (body, host) => {
    expect(notesOn(warned(redirected(body)))).toEqual([line(host)]);
  });

  test("is shown as it is, where it is not known", () => {
    expect(notesOn(warned("Readiness probe warning: something else"))).toEqual([
      "its readiness probe (GET /readyz on port http): something else (pod shop-new-2)",
    ]);
  });

  test("does not count of an earlier run", () => {
    expect(notesOn(warned(redirected(""), -5))).toBeUndefined();
  });
});

describe("a container that the kubelet has killed", () => {
  const killed = (exitCode: number, said: readonly Said[], seconds = 31) =>
    look(seconds, {
      said,
      status: {
        restartCount: 1,
        started: false,
        state: { running: { startedAt: at(31) } },
        lastState: {
          terminated: { exitCode, reason: "Error", startedAt: at(0), finishedAt: at(30) },
        },
      },
    });

  test.each([137, 143, 0, 1])(
    "for a 404 has failed the first time, with exit code %d",
    (exitCode) => {
      expect(verdictOf([killed(exitCode, [[1, 21, liveness(404)]])])).toEqual([
        "killed-by-liveness",
        31,
        `killed once: ${liveness(404)} (GET /alive on port http)`,
      ]);
    },
  );

  test("for a 503 may do better the second time, and so may one whose restarts are tolerated by a setting", () => {
    expect(verdictOf([killed(137, [[1, 21, liveness(503)]]), [50, complete()]])).toEqual([
      "ready",
      50,
    ]);
    expect(
      verdictOf([killed(137, [[1, 21, liveness(404)]]), [50, complete()]], {
        tolerate: { restarts: 1 },
      }),
    ).toEqual(["ready", 50]);
  });

  test("ended by itself where its probe had not failed for long enough", () => {
    const crashed = killed(1, [[1, 1, liveness(404)]]);
    expect(verdictOf([crashed, [50, complete()]])).toEqual(["ready", 50]);
  });
});

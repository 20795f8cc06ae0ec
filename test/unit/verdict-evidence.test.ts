// Proves the text made of what was found; that the logs are those of the right containers is proved by provider-readiness.test.ts.
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { bounded } from "../../provider/verdict/bound.ts";
import { evidenceOf, type Facts, logSources } from "../../provider/verdict/evidence.ts";
import type { Event, Observed } from "../../provider/verdict/objects.ts";
import { reportOn } from "../../provider/verdict/report.ts";
import { trailOfRelease } from "../../provider/verdict/trail.ts";
import { complete, deployment, readyPod, release, unreadyPod } from "../support/release-objects.ts";

const CRASHED = unreadyPod("shop-new-2", "shop-new-uid", {
  restartCount: 3,
  state: {
    waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" },
  },
  lastState: { terminated: { exitCode: 1, reason: "Error", message: "no database\n" } },
});

function warning(kind: string, name: string, uid: string, message: string, count = 1): Event {
  return {
    metadata: { name: `${name}.${message.length}`, uid: `${name}-${message}` },
    involvedObject: { kind, name, uid },
    reason: "Unhealthy",
    type: "Warning",
    message,
    count,
  };
}

function observed(overrides: Partial<Observed> = {}): Observed {
  return {
    ...complete(),
    deployment: deployment("shop", {}, { availableReplicas: 1 }),
    pods: [readyPod("shop-new-1", "shop-new-uid"), CRASHED],
    ...overrides,
  };
}

interface Report extends Omit<Facts, "trail"> {
  readonly release: ReadinessInputs;
  readonly observed: Observed;
  readonly seconds: number;
}

function factsOf({ release, observed, ...facts }: Report): Facts {
  return { ...facts, trail: trailOfRelease(release, observed, facts.finding) };
}

function evidence(report: Report): string {
  const { release, finding, seconds } = report;
  const headline = { service: release.service, reason: finding.reason, seconds };
  return reportOn(headline, evidenceOf(factsOf(report)));
}

function report(overrides: Partial<Report> = {}): Report {
  return {
    release: release(),
    finding: {
      reason: "progress-deadline",
      object: "deployment shop",
      message: "timed out progressing.",
    },
    seconds: 61.7,
    observed: observed(),
    logs: [],
    context: "kind-dev",
    ...overrides,
  };
}

test("it begins with service, reason, seconds and object, and ends with the command to run next", () => {
  const lines = evidence(report()).split("\n");
  expect(lines[0]).toBe(
    "shop: progress-deadline after 62 s: timed out progressing. (deployment shop)",
  );
  expect(lines.at(-1)).toBe(
    "next: kubectl --context kind-dev --namespace shop-dev describe pod shop-new-2",
  );
});

test("it tells why each container that is not ready is not", () => {
  expect(evidence(report())).toContain(
    [
      "pod shop-new-2: container shop: CrashLoopBackOff: back-off 40s restarting failed container",
      "pod shop-new-2: container shop: Error, exit code 1, 3 restarts: no database",
    ].join("\n"),
  );
  expect(evidence(report())).not.toContain("pod shop-new-1");
});

test("a pod that finds no node is told of in the scheduler's words", () => {
  const pod = unreadyPod("shop-new-2", "shop-new-uid", {}, [
    {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: "0/1 nodes are available",
    },
  ]);
  expect(evidence(report({ observed: observed({ pods: [pod] }) }))).toContain(
    "pod shop-new-2: Unschedulable: 0/1 nodes are available",
  );
});

test("a failed init container is named", () => {
  const pod = unreadyPod("shop-new-2", "shop-new-uid", {
    state: { waiting: { reason: "PodInitializing" } },
  });
  const migrate = {
    name: "migrate",
    ready: false,
    restartCount: 1,
    image: "",
    imageID: "",
    state: { terminated: { exitCode: 3, reason: "Error" } },
  };
  const pods = [{ ...pod, status: { ...pod.status, initContainerStatuses: [migrate] } }];
  expect(evidence(report({ observed: observed({ pods }) }))).toContain(
    "container migrate: Error, exit code 3, 1 restarts",
  );
});

test("logs are those of containers that ran and are not ready, and of the one before where it restarted", () => {
  const running = unreadyPod("shop-new-3", "shop-new-uid", { state: { running: {} } });
  const pulling = unreadyPod("shop-new-4", "shop-new-uid", {
    state: { waiting: { reason: "ContainerCreating" } },
  });
  const shown = observed({ pods: [running, pulling, CRASHED] });
  const { suspects } = trailOfRelease(release(), shown, report().finding);
  expect(logSources(suspects)).toEqual([
    { pod: "shop-new-2", container: "shop", previous: true },
    { pod: "shop-new-3", container: "shop", previous: false },
  ]);
});

test("a log is shown under its container, as it is", () => {
  const log = {
    pod: "shop-new-2",
    container: "shop",
    previous: true,
    lines: ["starting", "  no database"],
  };
  expect(evidence(report({ logs: [log] }))).toContain(
    "log of pod shop-new-2, container shop before its last restart, last 2 lines:\n  starting\n    no database",
  );
});

test("warnings are those of the release, each once with its count", () => {
  const warnings = [
    warning("Pod", "shop-new-2", "shop-new-2-uid", "Readiness probe failed: 503", 2),
    warning("Pod", "shop-new-2", "shop-new-2-uid", "Readiness probe failed: 503", 3),
    warning("ReplicaSet", "shop-new", "shop-new-uid", "quota exceeded"),
    warning("ReplicaSet", "shop-old", "shop-old-uid", "from the release before"),
  ];
  const text = evidence(report({ observed: observed({ warnings }) }));
  expect(text).toContain(
    "warning Unhealthy (pod shop-new-2): Readiness probe failed: 503 (5 times)",
  );
  expect(text).toContain("warning Unhealthy (replicaset shop-new): quota exceeded");
  expect(text).not.toContain("from the release before");
});

test("pods that are refused are one warning, whatever name each was to have", () => {
  const refused = (name: string, object = "shop-new") =>
    warning(
      ...(["ReplicaSet", object, `${object}-uid`] as const),
      `Error creating: pods "${name}" is forbidden: no pods on a Saturday`,
    );
  const warnings = ["ab1cd", "ef2gh", "jk3mn"].map((end) => refused(`shop-new-${end}`));
  const last = warnings[2];
  const combined = {
    ...last,
    message: `(combined from similar events): ${last?.message}`,
  } as Event;
  const other = refused("cart-new-ab1cd");
  const text = evidence(
    report({ observed: observed({ warnings: [...warnings, combined, other] }) }),
  );
  expect(text.split("\n").filter((line) => line.includes("Saturday"))).toEqual([
    'warning Unhealthy (replicaset shop-new): Error creating: pods "shop-new-ab1cd" is forbidden: no pods on a Saturday (4 times)',
    'warning Unhealthy (replicaset shop-new): Error creating: pods "cart-new-ab1cd" is forbidden: no pods on a Saturday',
  ]);
  const said = {
    reason: "admission-denied",
    object: "deployment shop",
    message: 'pods "shop-new-zz9zz" is forbidden: no pods on a Saturday',
  } as const;
  const short = evidence(report({ finding: said, observed: observed({ warnings }) }));
  expect(short).not.toContain("warning");
});

test("a warning that says again what was said, or that the same is done again later, is left out", () => {
  const finding = {
    reason: "quota-exceeded",
    object: "replicaset shop-new",
    message: "exceeded quota: q",
  } as const;
  const warnings = [
    warning("ReplicaSet", "shop-new", "shop-new-uid", "Error creating: exceeded quota: q", 9),
    warning("Pod", "shop-new-2", "shop-new-2-uid", "Back-off restarting failed container shop"),
  ];
  expect(evidence(report({ finding, observed: observed({ warnings }) }))).not.toContain("warning");
});

test("a complaint that several pods share is told once, with their names", () => {
  const pods = ["shop-new-1", "shop-new-2"].map((name) => {
    const waiting = { reason: "CreateContainerError", message: `pod ${name} is odd` };
    return unreadyPod(name, "shop-new-uid", { state: { waiting } });
  });
  expect(evidence(report({ observed: observed({ pods }) }))).toContain(
    "\npods shop-new-1, shop-new-2: container shop: CreateContainerError: pod <pod> is odd\n",
  );
});

test("the command to run next looks at what the verdict is about", () => {
  const next = (object: string) =>
    evidence(report({ finding: { reason: "not-ready", object, message: "no" } })).split(
      "describe ",
    )[1];
  expect(next("replicaset shop-new")).toBe("replicaset shop-new");
  expect(next("service shop")).toBe("service shop");
  expect(next("deployment shop")).toBe("pod shop-new-2");
});

test("of many pods in the same trouble three are told of, and the others counted", () => {
  const pods = Array.from({ length: 50 }, (_, index) =>
    unreadyPod(`shop-new-${index}`, "shop-new-uid", { state: { running: {} } }),
  );
  const text = evidence(report({ observed: observed({ pods }) }));
  expect(text).toContain(
    "\npods shop-new-0, shop-new-1, shop-new-2: container shop: runs since a moment",
  );
  expect(text).toContain("and 47 more pods that are not ready");
});

test.each([
  ["forbidden", "kubectl --context kind-dev --namespace shop-dev auth can-i --list"],
  ["cluster-unreachable", "kubectl --context kind-dev get --raw /readyz"],
] as const)("the command for %s looks at the cluster, not at a pod", (reason, command) => {
  const finding = { reason, object: "namespace shop-dev", message: "no" };
  expect(evidence(report({ finding })).split("\n").at(-1)).toBe(`next: ${command}`);
});

test.each([
  ["deployment-missing", "pulumi up --refresh"],
  ["namespace-missing", "pulumi up --refresh"],
  [
    "namespace-terminating",
    "kubectl --context kind-dev wait --for=delete namespace/shop-dev --timeout=10m && pulumi up --refresh",
  ],
  ["object-missing", "kubectl --context kind-dev --namespace shop-dev get deployments,events"],
  ["superseded", "kubectl --context kind-dev --namespace shop-dev rollout history deployment shop"],
] as const)("the command for %s helps, and describes nothing that is gone", (reason, command) => {
  const finding = { reason, object: "deployment shop", message: "gone" };
  expect(evidence(report({ finding })).split("\n").at(-1)).toBe(`next: ${command}`);
});

test("the command for a pod that is gone reads its events, which stay for an hour", () => {
  const finding = { reason: "evicted", object: "pod shop-new-9", message: "no room" } as const;
  expect(evidence(report({ finding })).split("\n").at(-1)).toBe(
    "next: kubectl --context kind-dev --namespace shop-dev get events --field-selector involvedObject.name=shop-new-9",
  );
});

describe("for machines", () => {
  const log = { pod: "shop-new-2", container: "shop", previous: true, lines: ["no database"] };

  test("it holds the same facts as values", () => {
    const warnings = [
      warning("Pod", "shop-new-2", "shop-new-2-uid", "Readiness probe failed: 503", 2),
    ];
    const notes = ["not rolled back: no release was ready before"];
    const facts = report({ observed: observed({ warnings }), logs: [log], notes });
    expect(evidenceOf(factsOf(facts))).toEqual({
      object: "deployment shop",
      container: null,
      message: "timed out progressing.",
      notes,
      containers: [
        {
          pod: "shop-new-2",
          container: "shop",
          state: "waiting",
          reason: "CrashLoopBackOff",
          message: "back-off 40s restarting failed container",
          startedAt: null,
          restarts: 3,
          exitCode: 1,
          exitReason: "Error",
          exitMessage: "no database",
          log: ["no database"],
          previous: true,
        },
      ],
      otherPods: 0,
      events: [
        {
          object: "pod shop-new-2",
          reason: "Unhealthy",
          message: "Readiness probe failed: 503",
          count: 2,
        },
      ],
      command: "kubectl --context kind-dev --namespace shop-dev describe pod shop-new-2",
      cut: null,
    });
  });

  test("it has a pod without a node by what the scheduler says", () => {
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable" };
    const pod = unreadyPod("shop-new-2", "shop-new-uid", {}, [{ ...condition, message: "no" }]);
    const { containers } = evidenceOf(factsOf(report({ observed: observed({ pods: [pod] }) })));
    expect(containers).toMatchObject([
      { pod: "shop-new-2", container: null, state: "unscheduled", message: "no" },
    ]);
  });

  test("what looks like a secret is in neither a container's last words nor a warning", () => {
    const state = { terminated: { exitCode: 1, message: "password=hunter2" } };
    const pods = [unreadyPod("shop-new-2", "shop-new-uid", { state })];
    const said = "Readiness probe failed: token=hunter2";
    const warnings = [warning("Pod", "shop-new-2", "shop-new-2-uid", said)];
    const found = evidenceOf(factsOf(report({ observed: observed({ pods, warnings }) })));
    expect(JSON.stringify(found)).not.toContain("hunter2");
    expect(found).toMatchObject({
      containers: [{ exitMessage: "password=***" }],
      events: [{ message: "Readiness probe failed: token=***" }],
    });
  });
});

describe("kept in the record", () => {
  const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

  test("it is as it was where it is small", () => {
    const found = evidenceOf(factsOf(report()));
    expect(bounded(found)).toEqual(found);
  });

  test("it loses the oldest lines of long logs, and says how many", () => {
    const lines = Array.from({ length: 25 }, (_, index) => `${index} ${"x".repeat(480)}`);
    const logs = [{ pod: "shop-new-2", container: "shop", previous: false, lines }];
    const kept = bounded(evidenceOf(factsOf(report({ logs }))));
    expect(size(kept)).toBeLessThanOrEqual(8192);
    const left = kept.containers[0]?.log ?? [];
    expect(left).toEqual(lines.slice(-left.length));
    expect(left.length).toBeGreaterThan(10);
    expect(kept.cut).toBe(`${25 - left.length} log lines`);
  });

  test("it loses the ends of long texts, then events, and says so", () => {
    const warnings = Array.from({ length: 40 }, (_, index) =>
      warning("ReplicaSet", "shop-new", "shop-new-uid", `${index} ${"ü".repeat(2000)}`),
    );
    const kept = bounded(evidenceOf(factsOf(report({ observed: observed({ warnings }) }))));
    expect(size(kept)).toBeLessThanOrEqual(8192);
    expect(kept.events.length).toBeGreaterThan(5);
    expect(kept.events[0]?.message).toHaveLength(401);
    expect(kept.cut).toBe(`the ends of long texts, ${40 - kept.events.length} events`);
    expect(kept.containers).toHaveLength(1);
  });
});

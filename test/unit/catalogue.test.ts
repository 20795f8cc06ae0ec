// Checks what the catalogue makes of recorded sights and outputs. Cannot prove a single verdict or figure:
// those come from `npm run catalogue` alone, and a few of them from the end-to-end tests.
import { join } from "node:path";

import { type Case, scriptContainer } from "../../bench/catalogue/case.ts";
import { CATALOGUE } from "../../bench/catalogue/catalogue.ts";
import { foundIn } from "../../bench/catalogue/found.ts";
import {
  faultsOf,
  lineOf,
  notPlayed,
  type Outcome,
  outcomeOf,
} from "../../bench/catalogue/outcome.ts";
import { PEER_ROWS, PEERS } from "../../bench/catalogue/peers.ts";
import { middleOf, phasesOf } from "../../bench/catalogue/phases.ts";
import { report } from "../../bench/catalogue/report.ts";
import { keep } from "../../bench/catalogue/kept.ts";
import type { Run } from "../../bench/catalogue/run.ts";
import { type Sight, type Symptom, SYMPTOMS } from "../../bench/catalogue/symptoms.ts";
import type { Reason } from "../../provider/verdict/reasons.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

const broken = CATALOGUE.filter(({ expected }) => expected !== "ready");
const healthy = CATALOGUE.filter(({ expected }) => expected === "ready");

test("has enough cases, each with a name of its own that a namespace can carry", () => {
  const names = CATALOGUE.map(({ name }) => name);
  expect(broken.length).toBeGreaterThanOrEqual(90);
  expect(healthy.length).toBeGreaterThanOrEqual(25);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(`slipway-cat-${name}-123456`).toMatch(/^[a-z0-9-]{1,54}$/);
  }
});

test.each<Reason>([
  "image-not-found",
  "image-unusable",
  "image-unauthorized",
  "registry-unreachable",
  "crash-loop",
  "out-of-memory",
  "init-failed",
  "config-missing",
  "volume-unbound",
  "unschedulable",
  "quota-exceeded",
  "admission-denied",
  "not-ready",
  "killed-by-liveness",
  "progress-deadline",
  "paused",
  "wrong-digest",
  "no-endpoints",
  "superseded",
  "forbidden",
  "cluster-unreachable",
  "namespace-terminating",
  "evicted",
  "node-refused",
  "scaled",
  "container-invalid",
  "deployment-missing",
  "ingress-no-address",
  "canary-failed",
  "no-traffic",
  "not-measured",
])("has a service that must fail with %s", (reason) => {
  expect(broken.map(({ expected }) => expected)).toContainEqual(
    expect.objectContaining({ reason }),
  );
});

test("compares with peers only what it plays itself", () => {
  const names = CATALOGUE.map(({ name }) => name);
  for (const { entry, seconds } of PEER_ROWS) {
    expect(names).toContain(entry);
    expect(seconds).toHaveLength(PEERS.length);
  }
});

test("writes faults that are plain data, for whatever images and namespace", () => {
  const image = (name: string) => `registry.example.com/${name}@sha256:0`;
  const images = { shop: image("shop"), other: image("other"), base: image("node") };
  for (const { fault } of CATALOGUE) {
    const patch = fault?.(images, "somewhere") ?? {};
    expect(JSON.parse(JSON.stringify(patch))).toEqual(patch);
  }
});

test("gives further containers what the restricted level asks for", () => {
  expect(scriptContainer("setup", "image", "1 + 1")).toMatchObject({
    command: ["node", "-e", "1 + 1"],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  });
});

const seen = (kind: Sight["kind"], object: unknown): Sight => ({ kind, object }) as Sight;
const container = (status: object) => seen("Pod", { status: { containerStatuses: [status] } });
const init = (status: object) => seen("Pod", { status: { initContainerStatuses: [status] } });
const conditioned = (kind: Sight["kind"], condition: object) =>
  seen(kind, { status: { conditions: [condition] } });
const event = (reason: string) => seen("Event", { reason });

test.each<[Symptom, Sight, boolean]>([
  ["image-refused", container({ state: { waiting: { reason: "ErrImagePull" } } }), true],
  ["image-refused", init({ state: { waiting: { reason: "ImagePullBackOff" } } }), true],
  ["image-refused", container({ state: { waiting: { reason: "ContainerCreating" } } }), false],
  [
    "container-refused",
    container({ state: { waiting: { reason: "CreateContainerConfigError" } } }),
    true,
  ],
  ["container-refused", container({ state: { waiting: { reason: "CrashLoopBackOff" } } }), false],
  ["ended-twice", container({ restartCount: 1, state: { running: {} } }), false],
  ["ended-twice", container({ restartCount: 0, state: { terminated: {} } }), false],
  ["ended-twice", container({ restartCount: 1, state: { terminated: {} } }), true],
  [
    "ended-twice",
    init({ restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } } }),
    true,
  ],
  ["mount-failed", event("FailedMount"), true],
  ["mount-failed", event("Failed"), false],
  ["pod-refused", conditioned("ReplicaSet", { type: "ReplicaFailure", status: "True" }), true],
  ["pod-refused", conditioned("Deployment", { type: "ReplicaFailure", status: "True" }), false],
  [
    "unscheduled",
    conditioned("Pod", { type: "PodScheduled", status: "False", reason: "Unschedulable" }),
    true,
  ],
  ["unscheduled", conditioned("Pod", { type: "PodScheduled", status: "True" }), false],
  ["started-unready", container({ state: { running: {} }, started: true, ready: false }), true],
  ["started-unready", container({ state: { running: {} }, started: false, ready: false }), false],
  ["started-unready", container({ state: { running: {} }, started: true, ready: true }), false],
  ["pod-ready", conditioned("Pod", { type: "Ready", status: "True" }), true],
  ["pod-ready", conditioned("Pod", { type: "Ready", status: "False" }), false],
  [
    "deadline-passed",
    conditioned("Deployment", { type: "Progressing", reason: "ProgressDeadlineExceeded" }),
    true,
  ],
  ["pod-leaving", seen("Pod", { metadata: { deletionTimestamp: "2026-11-21T10:34:40Z" } }), true],
  ["pod-leaving", seen("Pod", { metadata: {} }), false],
  ["applied", conditioned("Deployment", {}), true],
])("tells whether an object shows %s", (symptom, sight, shows) => {
  expect(SYMPTOMS[symptom](sight)).toBe(shows);
});

const OUTPUT = `Updating (dev):
 +  slipway:index:Readiness shop **creating failed** error: 1 error occurred:
Diagnostics:
  slipway:index:Readiness (shop):
    error: 1 error occurred:
    \t* shop: config-missing after 1 s: secret "payment" not found (pod shop-1, container shop)
    log of pod shop-1, container shop, last 1 lines:
      starting
    next: kubectl describe pod shop-1

  pulumi:pulumi:Stack (slipway-dev):
    error: update failed

Duration: 3s
`;

test("finds the reason and the whole message, and nothing of the engine's, in what was printed", () => {
  expect(foundIn(255, OUTPUT)).toEqual({
    reason: "config-missing",
    message: [
      'shop: config-missing after 1 s: secret "payment" not found (pod shop-1, container shop)',
      "log of pod shop-1, container shop, last 1 lines:",
      "  starting",
      "next: kubectl describe pod shop-1",
    ].join("\n"),
  });
  expect(foundIn(0, "whatever")).toEqual({ reason: "ready", message: "" });
  expect(foundIn(1, "error: no such stack")).toMatchObject({ reason: "none" });
});

const failing: Case = {
  name: "no-cpu",
  title: "no node is large enough",
  expected: { reason: "unschedulable", from: "unscheduled", within: 32 },
};
const fine: Case = { name: "fine", title: "nothing is the matter", expected: "ready" };
const run: Run = {
  reason: "unschedulable",
  message: "shop: unschedulable after 30 s: …",
  startedAt: 1000,
  firstAt: 2500,
  appliedAt: 3000,
  stateAt: 4000,
  verdictAt: 34_500,
  endedAt: 36_000,
  output: "",
};

test("counts from the state, from the apply, and the whole command", () => {
  const outcome = outcomeOf(failing, run);
  expect(outcome).toMatchObject({
    fromState: 30.5,
    fromApply: 31.5,
    command: 35,
    fault: undefined,
  });
  expect(lineOf(outcome)).toBe(
    "unschedulable, 30.5 s after the state, 31.5 s after the apply, command 35.0 s",
  );
});

test.each<[string, Case, Partial<Run>, Outcome["fault"]]>([
  ["slower than its target", failing, { verdictAt: 36_001 }, "late"],
  ["before anything was reported", failing, { stateAt: undefined }, undefined],
  ["with another reason", failing, { reason: "not-ready" }, "wrong reason"],
  ["as ready though broken", failing, { reason: "ready" }, "missed"],
  ["without a verdict", failing, { reason: "none" }, "no verdict"],
  ["as failed though healthy", fine, { reason: "not-ready" }, "false alarm"],
  ["as not played when somebody stopped it", fine, { reason: "interrupted" }, "not played"],
  ["as ready", fine, { reason: "ready" }, undefined],
])("judges a run that ends %s", (_how, entry, change, fault) => {
  const outcome = outcomeOf(entry, { ...run, ...change });
  expect(outcome.fault).toBe(fault);
  expect(faultsOf([{ entry, outcomes: [outcome] }])).toHaveLength(fault === undefined ? 0 : 1);
});

test("counts a run that broke down as a fault, not as a verdict", () => {
  expect(notPlayed(new Error("no such namespace"))).toMatchObject({
    fault: "not played",
    reason: "none",
    message: "no such namespace",
  });
});

const ABOUT = { command: "npm run catalogue", date: "2026-11-21", commit: "0123456" };
const MACHINE = {
  processors: "2 × Some CPU",
  memory: "24 GiB",
  kernel: "6.18",
  node: "v24.21.0",
  kubernetes: "v1.34.3",
  load: "0.10",
};

test("keeps the figures of cases that were not played anew, and drops those of none", () => {
  const file = join(folderWith({}), "results.json");
  const outcomes = [outcomeOf(fine, { ...run, reason: "ready" })];
  const gone = { ...fine, name: "gone" };
  keep(
    file,
    [failing, fine, gone],
    [failing, fine, gone].map((entry) => ({ entry, outcomes })),
    ABOUT,
  );
  const later = { ...ABOUT, commit: "7654321" };
  const all = keep(
    file,
    [failing, fine],
    [
      { entry: fine, outcomes },
      { entry: failing, outcomes: [] },
    ],
    later,
  );
  expect(all.map(({ entry, commit }) => [entry.name, commit])).toEqual([
    ["no-cpu", "0123456"],
    ["fine", "7654321"],
  ]);
});

test("adds runs to those that were kept, once each, and says at which commits", () => {
  const file = join(folderWith({}), "results.json");
  const results = [{ entry: fine, outcomes: [outcomeOf(fine, { ...run, reason: "ready" })] }];
  const earlier = keep(file, [fine], results, ABOUT);
  const later = { ...ABOUT, commit: "7654321" };
  keep(file, [fine], results, later, earlier);
  const [all] = keep(file, [fine], results, later, earlier);
  expect(all?.outcomes).toHaveLength(2);
  expect(all?.commit).toBe("0123456, 7654321");
});

test("reports cases with their settings, medians, faults and messages", () => {
  const outcome = (change: Partial<Outcome>): Outcome => ({
    ...outcomeOf(failing, run),
    ...change,
  });
  const digest = { ...failing, name: "image-digest-missing", earlier: {}, beside: { cart: {} } };
  const settings = { deadlineSeconds: 20, env: { PORT: 1 }, steps: [10, 50] };
  const results = [
    {
      entry: { ...failing, settings },
      outcomes: [outcome({ fromState: 30 }), outcome({ fromState: 31, beside: 35.26 })],
    },
    { entry: digest, outcomes: [outcome({ reason: "not-ready", fault: "wrong reason" })] },
    { entry: fine, outcomes: [outcome({ reason: "ready", fault: undefined })] },
  ];
  const page = report(
    results.map((result) => ({ ...result, ...ABOUT })),
    MACHINE,
  );
  expect(page).toContain("| `npm run catalogue` | 2026-11-21 | 0123456 | 3 |");
  expect(page).toContain("**3 cases, 4 runs: 0 false alarms, 1 wrong reasons, 0 failures missed");
  expect(page).toContain(
    "| [no-cpu](#no-cpu) | no node is large enough | `deadlineSeconds: 20`; `env: {PORT: 1}`; `steps: [10, 50]` | `unschedulable` | 30.5 (31.0) | ≤ 32 | 31.5 (31.5) | 2 | met |",
  );
  expect(page).toContain(
    "| no node is large enough | after a release that was ready; beside cart | `not-ready` instead of `unschedulable` |",
  );
  expect(page).toContain("and that counts: no-cpu (35.3 s).");
  expect(page).toContain("| fine | nothing is the matter |  | 1 | 1 | 31.5 | met |");
  expect(page).toContain("### no-cpu\n\nNo node is large enough.\n\n```text\nshop: unschedulable");
  expect(page).not.toContain("Compared with other tools");
});

describe("the comparison with peers", () => {
  const phases = { start: 1.5, apply: 0.25, verdict: 0.5, end: 0.25 };
  const rows = [
    {
      entry: "image-digest-missing",
      slipway: phases,
      kubectl: 120.4,
      pulumi: { seconds: 123.46, named: true },
    },
    { entry: "healthy", slipway: { ...phases, verdict: 2 }, kubectl: 2.7 },
  ];
  const comparison = { date: "2026-11-29", commit: "0123456", load: "0.10", rounds: 3, rows };

  test("has the parts of each command, and is bold only where nobody was quicker", () => {
    const page = report([], MACHINE, comparison);
    expect(page).toContain(
      "| missing image | 1.5 | 0.3 | 0.5 | 0.3 | 2.5 n | 120.4 | 123.5 n | 121.0 | 2.1 n | 3.0 n | 16.4 n |",
    );
    expect(page).toContain("| healthy | 1.5 | 0.3 | 2.0 | 0.3 | 4.0 | 2.7 | not measured |");
    const quicker = {
      ...comparison,
      rows: rows.slice(0, 1).map((row) => ({ ...row, slipway: { ...phases, start: 1 } })),
    };
    expect(report([], MACHINE, quicker)).toContain("| **2.0 n** | 120.4 |");
    expect(page).not.toContain("| crash loop |");
  });

  test("takes the parts of a run as they followed one another", () => {
    expect(phasesOf(run)).toEqual({ start: 1.5, apply: 0.5, verdict: 31.5, end: 1.5 });
    expect(phasesOf({ ...run, firstAt: undefined })).toBeUndefined();
  });

  test("takes the middle one of several runs, whole", () => {
    const runs = [3, 1, 2].map((start) => ({ ...phases, start }));
    expect(middleOf(runs)).toEqual({ ...phases, start: 2 });
    expect(middleOf([])).toBeUndefined();
  });
});

// Checks the schema against samples and the program's types. Cannot prove that a real stack's outputs
// follow it: the end-to-end stories validate those.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { HandedRevision } from "../../contract/handed-over.ts";
import type { MigrationRecord } from "../../contract/migration-record.ts";
import type { PassedGate } from "../../contract/passed-gate.ts";
import type { JenkinsOutputs } from "../../components/lanes/jenkins-access.ts";
import type { Endpoint } from "../../components/endpoint.ts";
import type { ContainerEvidence, Evidence, EventEvidence } from "../../contract/evidence.ts";
import type {
  HistoryEntry,
  PreviousRelease,
  ReleasedGroup,
  ReleasedPod,
  ReleaseSet,
  ReleaseRecord,
  RunningRelease,
} from "../../contract/release-record.ts";
import type { ControllerReport, HandOffFailure } from "../../contract/hand-off.ts";
import schema from "../../docs/outputs.schema.json" with { type: "json" };
import { REASONS } from "../../provider/verdict/reasons.ts";
import { faultsOf } from "../support/outputs-schema.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE = `registry.example.com/team/shop@${DIGEST}`;

// Every key, and no other: the compiler refuses a sample that lacks one or has one too many.
const previous = {
  commit: "0".repeat(40),
  image: IMAGE,
  digest: DIGEST,
  manifestHash: DIGEST,
} satisfies Required<PreviousRelease>;

const pod = {
  name: "shop-6d4cf56db6-x2x9k",
  imageID: IMAGE,
  node: "node1",
  createdAt: "2026-11-21T09:30:00Z",
  scheduledAt: "2026-11-21T09:30:00Z",
  pulledAt: "2026-11-21T09:30:01Z",
  startedAt: "2026-11-21T09:30:01Z",
  readyAt: null,
} satisfies Required<ReleasedPod>;

const containerEvidence = {
  pod: pod.name,
  container: "shop",
  state: "waiting",
  reason: "CrashLoopBackOff",
  message: "back-off 10s restarting failed container",
  startedAt: null,
  restarts: 2,
  exitCode: 1,
  exitReason: "Error",
  exitMessage: null,
  log: ["no database"],
  previous: true,
} satisfies Required<ContainerEvidence>;

const eventEvidence = {
  object: `pod ${pod.name}`,
  reason: "Unhealthy",
  message: "Readiness probe failed: 503",
  count: 3,
} satisfies Required<EventEvidence>;

const evidence = {
  object: `pod ${pod.name}`,
  container: "shop",
  message: "ended 2 times, last with exit code 1 (Error)",
  notes: [],
  containers: [containerEvidence],
  otherPods: 0,
  events: [eventEvidence],
  command: "kubectl --context dev --namespace shop-dev describe pod shop-6d4cf56db6-x2x9k",
  cut: null,
} satisfies Required<Evidence>;

const historyEntry = {
  commit: "1".repeat(40),
  dirty: false,
  image: IMAGE,
  digest: DIGEST,
  manifestHash: DIGEST,
  verdict: "ready",
  reason: null,
  startedAt: "2026-11-21T09:30:00.000Z",
  seconds: 3.2,
  group: { name: "checkout", set: "0123456789ab" } satisfies Required<ReleaseSet>,
  handOff: {
    revision: `sha256:${"3".repeat(64)}`,
    sync: "True ReconciliationSucceeded",
    health: null,
  } satisfies Required<HandedRevision>,
  migratedBy: "shop-migrate-0123456789",
} satisfies Required<HistoryEntry>;

const group = {
  name: "checkout",
  set: "0123456789ab",
  members: ["ledger", "shop"],
  verdict: "failed",
  failed: { member: "ledger", reason: "crash-loop" },
} satisfies Required<ReleasedGroup>;

const migration = {
  job: "shop-migrate-0123456789",
  verdict: "ready",
  reason: null,
  seconds: 2,
  log: ["Migrations complete!"],
  startedAt: "2026-11-21T09:29:00Z",
  back: "keep",
  last: "shop-migrate-0123456789",
} satisfies Required<MigrationRecord>;

const release = {
  version: 1,
  commit: "1".repeat(40),
  dirty: false,
  image: IMAGE,
  digest: DIGEST,
  manifestHash: DIGEST,
  namespace: "shop-dev",
  verdict: "ready",
  reason: null,
  generation: 2,
  kind: "StatefulSet",
  replicaSet: "shop-6d4cf56db6",
  pods: [pod],
  otherPods: 1900,
  allow: ["writable-root"],
  patched: ["pod.hostname"],
  podSecurity: "baseline",
  waived: ["no-unpinned-images of shop until 2027-01-31: a chart"],
  migratedBy: "shop-migrate-0123456789",
  migration,
  gates: [
    {
      name: "scan",
      at: "2026-11-21T09:00:00.000Z",
      by: "ci",
      signedBy: "cosign.pub",
      until: "2026-11-28T09:00:00.000Z",
    } satisfies Required<PassedGate>,
  ],
  handOff: {
    revision: "3".repeat(40),
    sync: "Synced",
    health: null,
  } satisfies Required<HandedRevision>,
  startedAt: "2026-11-21T09:30:00.000Z",
  seconds: 3.2,
  group,
  previous,
  warnings: [],
  running: null,
  evidence: null,
} satisfies Required<ReleaseRecord>;

const running = {
  ...previous,
  kind: "StatefulSet",
  migratedBy: null,
  replicaSet: "shop-5c9f8d7b64",
  verdict: "ready",
  reason: null,
  pods: [{ name: "shop-5c9f8d7b64-9k2lm", imageID: IMAGE }],
} satisfies Required<RunningRelease>;

const failed = {
  ...release,
  verdict: "failed",
  reason: "progress-deadline",
  replicaSet: null,
  pods: [{ ...pod, imageID: "" }],
  evidence,
} satisfies ReleaseRecord;

const endpoint = {
  inCluster: "http://shop.shop-dev.svc.cluster.local",
  address: "http://10.96.14.3",
  public: "https://shop.example.com/",
  allPublic: ["https://shop.example.com/", "https://shop.example.org/"],
} satisfies Required<Endpoint>;

const jenkins = {
  lanes: { deploy: { namespace: "shop-dev-jenkins-deploy", launcher: "launcher", agent: "agent" } },
  credentials: ["registry"],
} satisfies JenkinsOutputs;

const handOff = {
  to: { git: "ssh://git@git.example.com/deploy.git", branch: "main", path: "shop-prod" },
  by: { argocd: { namespace: "argocd", application: "shop-prod" } },
  revision: "3".repeat(40),
  controller: {
    sync: "OutOfSync",
    health: "Healthy",
    revision: "3".repeat(40),
    drift: [{ object: "deployment shop", field: "spec.replicas", writer: "kubectl" }],
    selfHeal: false,
  } satisfies ControllerReport,
};
const failure = {
  reason: "out-of-sync",
  object: "application shop-prod",
  message: "spec.replicas of deployment shop differs from the commit",
  notes: ["kubectl wrote it"],
  command: "kubectl describe application shop-prod",
} satisfies HandOffFailure;
const pullRequest = { branch: "slipway/prod/3333333", title: "Release shop to prod", body: "…" };

const withRelease = (changes: object) => ({
  namespace: "shop-dev",
  releases: { shop: { ...release, ...changes } },
  history: { shop: [historyEntry] },
  endpoints: { shop: endpoint },
});
const withEndpoint = (changes: object) => ({
  ...withRelease({}),
  endpoints: { shop: { ...endpoint, ...changes } },
});

test.each([
  ["a ready release", withRelease({})],
  ["a service that takes no connections", withEndpoint({ inCluster: null, address: null })],
  ["a failed release", withRelease(failed)],
  ["one that was rolled back", withRelease({ ...failed, running })],
  [
    "one whose rollback failed, too",
    withRelease({
      ...failed,
      running: { ...running, verdict: "failed", reason: "config-missing", pods: [] },
    }),
  ],
  ["lanes of Jenkins", { ...withRelease({}), jenkins }],
  ["a hand-off that was applied", { ...withRelease({}), handOff }],
  ["one that was not", { ...withRelease({}), handOff: { ...handOff, failure } }],
  ["one that a person merges", { ...withRelease({}), handOff: { ...handOff, pullRequest } }],
  ["a first release", withRelease({ previous: null })],
  ["a source that is not in git", withRelease({ commit: null, dirty: false })],
  ["a repository of SHA-256 objects", withRelease({ commit: "2".repeat(64) })],
  ["no pods, where none are asked for", withRelease({ pods: [] })],
  ["a registry with a port", withRelease({ image: `localhost:5000/shop@${DIGEST}` })],
  ["a service without public address", withEndpoint({ public: null })],
  ["no services", { namespace: "shop-dev", releases: {}, history: {}, endpoints: {} }],
  [
    "a failure of which the cluster kept the reason only",
    withRelease({ ...failed, evidence: null }),
  ],
  [
    "evidence that was cut",
    withRelease({ ...failed, evidence: { ...evidence, cut: "2 log lines" } }),
  ],
])("accepts %s", (_, outputs) => {
  expect(faultsOf(outputs)).toEqual([]);
});

test.each([
  ["another version", withRelease({ version: 2 }), "/releases/shop/version"],
  ["an abbreviated commit", withRelease({ commit: "1234567" }), "/releases/shop/commit"],
  ["a tag in place of a digest", withRelease({ image: "shop:1.0" }), "/releases/shop/image"],
  ["the digest of nothing", withRelease({ digest: "<none>" }), "/releases/shop/digest"],
  ["an unknown verdict", withRelease({ verdict: "progressing" }), "/releases/shop/verdict"],
  ["a ready release with a reason", withRelease({ reason: "not-ready" }), "/releases/shop/reason"],
  ["a failed release without one", withRelease({ verdict: "failed" }), "/releases/shop/reason"],
  [
    "a ready release in whose place another runs",
    withRelease({ running }),
    "/releases/shop/running",
  ],
  [
    "a running release without its ReplicaSet",
    withRelease({ ...failed, running: previous }),
    "/releases/shop/running",
  ],
  [
    "a ready release without ReplicaSet",
    withRelease({ replicaSet: null }),
    "/releases/shop/replicaSet",
  ],
  [
    "a ready pod that runs nobody knows what",
    withRelease({ pods: [{ ...pod, imageID: "" }] }),
    "/releases/shop/pods/0/imageID",
  ],
  ["a ready release with evidence", withRelease({ evidence }), "/releases/shop/evidence"],
  [
    "a step at a local time",
    withRelease({ pods: [{ ...pod, readyAt: "09:30" }] }),
    "/releases/shop/pods/0/readyAt",
  ],
  [
    "a history without end",
    { ...withRelease({}), history: { shop: Array(21).fill(historyEntry) } },
    "/history/shop",
  ],
  ["a local time", withRelease({ startedAt: "2026-11-21 09:30" }), "/releases/shop/startedAt"],
  ["negative seconds", withRelease({ seconds: -1 }), "/releases/shop/seconds"],
  ["half a generation", withRelease({ generation: 1.5 }), "/releases/shop/generation"],
  ["a release field that is not described", withRelease({ extra: 1 }), "/releases/shop"],
  [
    "a pod field that is not described",
    withRelease({ pods: [{ ...release.pods[0], ip: "" }] }),
    "/releases/shop/pods/0",
  ],
  ["an address that is no URL", withEndpoint({ address: "10.96.14.3" }), "/endpoints/shop/address"],
  ["an endpoint field that is not described", withEndpoint({ port: 80 }), "/endpoints/shop"],
  [
    "a list of one address",
    withEndpoint({ allPublic: ["http://a/"] }),
    "/endpoints/shop/allPublic",
  ],
  ["an output that is not described", { ...withRelease({}), extra: 1 }, ""],
  ["a namespace that Kubernetes refuses", { ...withRelease({}), namespace: "Shop" }, "/namespace"],
])("refuses %s", (_, outputs, path) => {
  expect(faultsOf(outputs).map((fault) => fault.instancePath)).toContain(path);
});

/** What a record or an endpoint has only if there is something to say. */
const RARE: Readonly<Record<string, readonly string[]>> = {
  release: [
    ...["otherPods", "allow", "patched", "podSecurity"],
    ...["gates", "migratedBy", "migration", "group", "waived", "handOff"],
  ],
  historyEntry: ["group", "migratedBy", "handOff"],
  runningRelease: ["migratedBy"],
  endpoint: ["allPublic"],
};

const always = Object.keys(release).filter((key) => !isRare(key, "release"));

test.each(always)("calls for the release's %s", (field) => {
  const without = Object.entries(release).filter(([key]) => key !== field);
  const outputs = { ...withRelease({}), releases: { shop: Object.fromEntries(without) } };
  expect(faultsOf(outputs)).toContainEqual(
    expect.objectContaining({ keyword: "required", params: { missingProperty: field } }),
  );
});

test("describes the fields of the program and no other", () => {
  const samples = {
    release,
    previousRelease: previous,
    runningRelease: running,
    pod,
    endpoint,
    evidence,
    containerEvidence,
    eventEvidence,
    historyEntry,
    releaseSet: historyEntry.group,
    group,
    groupFailure: group.failed,
    migration,
  };
  for (const [name, sample] of Object.entries(samples)) {
    const described = schema.$defs[name as keyof typeof samples];
    expect(Object.keys(described.properties)).toEqual(Object.keys(sample));
    expect(described.required).toEqual(Object.keys(sample).filter((key) => !isRare(key, name)));
  }
});

function isRare(key: string, name: string): boolean {
  return key === "kind" || (RARE[name] ?? []).includes(key);
}

test.each(Object.keys(REASONS))("knows the reason %s, and explains it to people", (reason) => {
  expect(faultsOf(withRelease({ ...failed, reason }))).toEqual([]);
  const page = readFileSync(join(import.meta.dirname, "../../docs/outputs.md"), "utf8");
  expect(page).toContain(`| \`${reason}\``);
});

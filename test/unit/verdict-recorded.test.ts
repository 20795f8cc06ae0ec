// Proves the verdict on what a Kubernetes 1.34 showed of these releases; another version may word its messages otherwise.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { evidenceOf } from "../../provider/verdict/evidence.ts";
import { asDeployment, type Observed } from "../../provider/verdict/objects.ts";
import { reportOn } from "../../provider/verdict/report.ts";
import { trailOfRelease } from "../../provider/verdict/trail.ts";
import { play } from "../support/timeline.ts";

interface Recording {
  readonly release: ReadinessInputs;
  /** What was observed, each with the seconds since the release was applied. */
  readonly states: readonly (Observed & { readonly seconds: number })[];
}

const FOLDER = join(import.meta.dirname, "../fixtures/verdict");

function recording(name: string): Recording {
  const { release, states } = JSON.parse(
    readFileSync(join(FOLDER, `${name}.json`), "utf8"),
  ) as Recording;
  return {
    release,
    // Of a Rollout, what all kinds have in common follows from it.
    states: states.map((state) =>
      state.rollout === undefined ? state : { ...state, deployment: asDeployment(state.rollout) },
    ),
  };
}

/** Recording, reason, seconds from its being applied to the verdict, and what the message tells. */
const FAILURES: readonly (readonly [string, string, number, RegExp])[] = [
  [
    "canary-failed",
    "canary-failed",
    18.74,
    /at 50 %: errors [\d.]+ of the new pods is too high .*; traffic is back on the release before since/,
  ],
  ["command-missing", "crash-loop", 2.86, /exec: "\/no\/such".*container shop/],
  ["configmap-key", "config-missing", 0.8, /couldn't find key nope in ConfigMap/],
  [
    "crash-loop",
    "crash-loop",
    2.25,
    /ended 2 times \(tolerate.restarts: 1\), last with exit code 3/,
  ],
  [
    "crash-update",
    "crash-loop",
    2.03,
    /ended 2 times \(tolerate.restarts: 1\), last with exit code 3/,
  ],
  ["deleted", "deployment-missing", 3.39, /deployment shop is gone/],
  ["exit-zero", "crash-loop", 1.79, /exit code 0 \(Completed\)/],
  [
    "image-missing",
    "image-not-found",
    1.64,
    /does not have registry.example.com\/team\/shop@sha256:0+ /,
  ],
  ["image-private", "registry-unreachable", 61.79, /cannot be pulled: .*connection refused/],
  ["ingress-none", "ingress-no-address", 6.86, /ingress class nobody/],
  ["init-fails", "init-failed", 2.76, /exit code 4.*container migrate/],
  ["limit-range", "admission-denied", 0.24, /maximum memory usage per Container is 16Mi/],
  [
    "liveness",
    "killed-by-liveness",
    8.84,
    /Liveness probe failed: .*503 \(GET \/healthz on port http\)/,
  ],
  ["namespace-gone", "deployment-missing", 13.51, /deployment shop is gone/],
  [
    "never-ready",
    "not-ready",
    13.47,
    /Readiness probe failed: .*503 \(GET \/readyz on port http\)/,
  ],
  [
    "never-ready-plain",
    "not-ready",
    60.52,
    /Readiness probe failed: .*503 \(GET \/readyz on port http\)/,
  ],
  [
    "never-ready-events-late",
    "not-ready",
    62.52,
    /503 \(GET \/readyz on port http\).*warmupSeconds/,
  ],
  [
    "ready-path-wrong-events-late",
    "not-ready",
    61.45,
    /readiness probe \(GET \/readyy on port http\)/,
  ],
  [
    "liveness-events-late",
    "killed-by-liveness",
    11.82,
    /killed 2 times: it ran for 4 s, .*liveness probe \(GET \/healthz/,
  ],
  [
    "startup-probe-events-late",
    "killed-by-liveness",
    13.59,
    /killed 2 times: it ran for 5 s, .*startup probe \(GET \/healthz/,
  ],
  [
    "no-traffic",
    "no-traffic",
    37.82,
    /^shop: .*the new pods had 0 requests \(shop-789c77bd54-first\)/,
  ],
  [
    "not-measured",
    "not-measured",
    57.59,
    /at 50 %: errors could not be measured: .*connection refused.*; traffic is back on the release before since/,
  ],
  ["no-endpoints", "no-endpoints", 5.54, /the service selects app=other/],
  ["oom", "out-of-memory", 1.83, /more than its 64Mi of memory/],
  ["paused", "paused", 0.33, /kubectl rollout resume/],
  ["pvc-missing", "volume-unbound", 30.33, /persistentvolumeclaim "nope" not found/],
  ["quota", "quota-exceeded", 0.37, /exceeded quota: q, requested: pods=1/],
  ["quota-update", "quota-exceeded", 0.37, /exceeded quota: q, requested: pods=1/],
  [
    "route-not-accepted",
    "route-not-accepted",
    39.41,
    /says Accepted: False \(NoMatchingListenerHostname\); .* shop\.example\.org \(httproute shop\)/,
  ],
  ["run-as-root", "container-invalid", 1.16, /breaks non-root policy/],
  ["secret-env", "config-missing", 0.65, /secret "nope" not found/],
  ["secret-volume", "config-missing", 0.4, /volume "v" : secret "nope" not found/],
  ["service-account", "admission-denied", 30.35, /serviceaccount "nope" not found/],
  [
    "service-no-address",
    "service-no-address",
    14.72,
    /no load balancer of class example\.com\/none/,
  ],
  ["sidecar-crashes", "crash-loop", 2.93, /exit code 7.*container proxy/],
  [
    "startup-probe",
    "killed-by-liveness",
    4.79,
    /killed once: Startup probe failed: .*404 \(GET \/nope on port http\)/,
  ],
  ["superseded", "superseded", 3.53, /replaced shop-/],
  ["unschedulable", "unschedulable", 30.57, /didn't match Pod's node affinity/],
  [
    "volume-not-mounted",
    "volume-not-mounted",
    68.78,
    /path "\/no\/such\/folder" does not exist; claims of the pod: shop-data/,
  ],
  ["wrong-digest", "wrong-digest", 0.35, /no container runs .*sha256:1+, but/],
];

/** Recording and seconds from its being applied to the verdict. */
const HEALTHY: readonly (readonly [string, number])[] = [
  ["crash-once", 2.61],
  ["healthy", 1.58],
  ["healthy-slow", 9.64],
  ["scaled", 9.51],
  ["unschedulable-10s", 11.81],
  ["update", 3.23],
];

function replay(name: string, settings: Partial<ReadinessInputs> = {}) {
  const { release: recorded, states } = recording(name);
  const release = { ...recorded, ...settings };
  const timeline = states.map(({ seconds, ...observed }) => [seconds, observed] as const);
  return { release, timeline, ...play(timeline, release) };
}

test.each(FAILURES)("%s fails as %s after %d s", (name, reason, at, message) => {
  const { release, timeline, seconds, verdict } = replay(name);
  if (verdict.kind !== "failed") {
    throw new Error(`${name} is ready`);
  }
  expect(verdict.reason).toBe(reason);
  expect(seconds).toBeCloseTo(at, 1);
  const observed = timeline.filter(([since]) => since <= seconds).at(-1)?.[1];
  if (observed === undefined) {
    throw new Error(`${name} was judged before anything was observed`);
  }
  const trail = trailOfRelease(release, observed, verdict);
  const facts = { finding: verdict, trail, logs: [], context: "dev" };
  const text = reportOn({ service: release.service, reason, seconds }, evidenceOf(facts));
  const lines = text.split("\n");
  expect(lines[0]).toMatch(message);
  expect(lines.at(-1)).toMatch(/^next: (kubectl --context dev |pulumi up --refresh$)/);
  expect(new Set(lines).size).toBe(lines.length);
});

test.each(HEALTHY)("%s is ready after %d s where pods need not settle", (name, at) => {
  const { seconds, verdict } = replay(name, { settleSeconds: 0 });
  expect(verdict.kind).toBe("ready");
  expect(seconds).toBeCloseTo(at, 1);
});

test.each(HEALTHY)("%s is ready when its last pod has settled after that", (name, at) => {
  const { seconds, verdict } = replay(name);
  expect(verdict.kind).toBe("ready");
  // Routes follow a moment after the last pod, beside whose time they take none.
  expect(seconds).toBeGreaterThan(at + 11.5);
  expect(seconds).toBeLessThan(at + 12.1);
});

test("a process that ends by itself before its startup probe gives up was not killed by it", () => {
  const text = JSON.stringify(recording("startup-probe"));
  const short = text.replace(
    /"startedAt":("[^"]+"),"finishedAt":"[^"]+"/g,
    '"startedAt":$1,"finishedAt":$1',
  );
  expect(short).not.toBe(text);
  const { release, states } = JSON.parse(short) as Recording;
  const timeline = states.map(({ seconds, ...observed }) => [seconds, observed] as const);
  expect(play(timeline, release).verdict).toMatchObject({
    reason: "crash-loop",
    message: "ended 2 times (tolerate.restarts: 1), last with exit code 0 (Completed)",
  });
});

test("every recording is judged", () => {
  const judged = [...FAILURES, ...HEALTHY].map(([name]) => `${name}.json`);
  expect(readdirSync(FOLDER).sort()).toEqual(judged.sort());
});

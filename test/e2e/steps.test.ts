// Proves with the real Argo Rollouts, the real Prometheus and counted requests that a release by steps is what was measured of it. It
// cannot prove weights by a mesh or a Gateway, and its steps are seconds where a team's are minutes.
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { MONITORED } from "../../tools/platform/monitoring.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind, SERVICE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { promptTargets } from "../../testbed/prompt-targets.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { Load } from "../../testbed/load.ts";

const PROMETHEUS = "http://prometheus.monitoring:9090";
const EVERY_MILLISECONDS = 40;

interface ArgoRollout extends KubernetesObject {
  readonly status?: { readonly phase?: string; readonly currentStepIndex?: number };
}
const ROLLOUT: Kind<ArgoRollout> = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };

let project: Project;
let stopTouching: () => void;
const loads = new Map<string, Load>();

const base = {
  ...shop,
  metrics: "/metrics",
  // The probes of the kubelet are requests, too.
  objective: {
    available: 99,
    p99: "1s",
    requests: 'http_requests_total{path="/"}',
    errors: 'http_requests_total{path="/",status=~"5.."}',
    durations: 'http_request_duration_seconds_bucket{path="/"}',
  },
  deadlineSeconds: 60,
};
const watch = { errors: 2, requests: 40, every: 5, for: 10 };
/** A canary that has half of the traffic, and one whose share is measured. */
const canary = { ...base, replicas: 2, steps: [50], watch };
const careful = { ...canary, replicas: 4, steps: [25], watch: { ...watch, requests: 15 } };
const RELEASE = { env: { RELEASE: "2" } };
const faulty = (fault: object) => ({ env: { RELEASE: "2", ...fault } });

const settings = (services: object) =>
  project.settings({ prometheus: PROMETHEUS, monitoring: { labels: MONITORED }, services });
const recordOf = async (name: string): Promise<ReleaseRecord | undefined> =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases[name];

/** Sends requests to a service as soon as it has an address. */
async function load(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { spec } = await cluster.get(SERVICE, project.namespace, name);
    loads.set(name, new Load(`http://${spec?.clusterIP ?? ""}/`, EVERY_MILLISECONDS));
  }
}

async function loadWhenThere(names: readonly string[], isOver: () => boolean): Promise<void> {
  const missing = new Set(names);
  while (missing.size > 0 && !isOver()) {
    for (const name of missing) {
      if ((await cluster.find(SERVICE, project.namespace, name)) !== undefined) {
        missing.delete(name);
        await load(name);
      }
    }
    await sleep(200);
  }
}

async function phaseOf(name: string): Promise<string | undefined> {
  return (await cluster.get(ROLLOUT, project.namespace, name)).status?.phase;
}

beforeAll(async () => {
  // Argo Rollouts asks Prometheus by the name of its Service.
  await ensureExtras("dns", "argo-rollouts", "monitoring");
  project = await Project.create("steps");
  stopTouching = promptTargets();
});
afterAll(async () => {
  stopTouching();
  for (const each of loads.values()) {
    await each.stop();
  }
  await project.dispose();
});

test("a first release is measured once it is up, and one without traffic is none", async () => {
  // Prometheus has to hear of the monitors first.
  const first = (service: typeof careful | typeof canary) => ({
    ...service,
    watch: { ...service.watch, for: 30 },
  });
  await settings({
    shop: { ...base, replicas: 2 },
    good: first(careful),
    bad: first(canary),
    blue: { ...first(canary), steps: "switch" },
    idle: first(canary),
  });
  const up = project.up();
  let hasEnded = false;
  const ended = up.finally(() => (hasEnded = true));
  await loadWhenThere(["shop", "good", "bad", "blue"], () => hasEnded);
  const { exitCode, output } = await ended;
  expect(output).toContain("no-traffic");
  expect(exitCode).not.toBe(0);
  const [good, bad, blue, idle] = await Promise.all(["good", "bad", "blue", "idle"].map(recordOf));
  expect([good, bad, blue].map((record) => record?.verdict)).toEqual(["ready", "ready", "ready"]);
  expect(idle).toMatchObject({ verdict: "failed", reason: "no-traffic", running: null });
  expect(idle?.evidence?.message).toMatch(/^the new pods had 0 requests/);
});

test("each release ends as what was measured of it says, and a Deployment becomes a Rollout without a lost request", async () => {
  loads.forEach((each) => each.take());
  await load("idle");
  await settings({
    shop: { ...canary, ...RELEASE },
    good: { ...careful, ...RELEASE },
    bad: { ...canary, ...faulty({ FAULT_FAILED_PERCENT: "20" }) },
    blue: { ...canary, steps: "switch", ...RELEASE },
    idle: { ...canary, ...RELEASE },
  });
  const running = project.up();
  // At its step the canary has one of four pods.
  const atStep = new Map<string, number>();
  let missed = 0;
  const watched = { isOver: false };
  const watching = (async () => {
    while (!watched.isOver) {
      const { status } = await cluster.get(ROLLOUT, project.namespace, "good");
      if (status?.currentStepIndex === 1) {
        const answers = loads.get("good")?.take();
        missed += (answers?.failed ?? 0) + (answers?.lost ?? 0);
        for (const [pod, count] of answers?.byPod ?? []) {
          atStep.set(pod, (atStep.get(pod) ?? 0) + count);
        }
      }
      await sleep(1000);
    }
  })();
  const { exitCode, output } = await running;
  watched.isOver = true;
  await watching;
  expect(exitCode).not.toBe(0);

  const records = await Promise.all(["shop", "good", "blue", "idle"].map(recordOf));
  expect(records.map((record) => record?.verdict)).toEqual(["ready", "ready", "ready", "ready"]);
  const counts = [...atStep.values()];
  const total = counts.reduce((sum, count) => sum + count, 0);
  expect([counts.length >= 4, total > 100, missed]).toEqual([true, true, 0]);
  expect(Math.max(...counts) / total).toBeLessThan(0.5);
  const bad = await recordOf("bad");
  expect(bad).toMatchObject({ verdict: "failed", reason: "canary-failed" });
  expect(bad?.running).toMatchObject({ verdict: "ready" });
  expect(bad?.evidence?.message).toMatch(
    /^at 50 %: errors [\d.]+ of the new pods is too high .*; traffic is back on the release before since /,
  );
  expect(output).toMatch(/errors: Failed, [\d.]+ at /);
  expect(await phaseOf("bad")).toBe("Healthy");
  const { failed, lost } = loads.get("bad")?.take() ?? { failed: Infinity, lost: Infinity };
  expect(failed).toBeGreaterThan(0);
  expect(failed).toBeLessThan(100);
  expect(lost).toBe(0);
  for (const name of ["shop", "good", "blue"]) {
    const answers = loads.get(name)?.take();
    expect([name, answers?.failed, answers?.lost]).toEqual([name, 0, 0]);
  }
});

test("the unchanged up is refused, and a switch that is bad switches back", async () => {
  await settings({
    shop: { ...base, replicas: 2, ...RELEASE },
    good: {
      ...careful,
      ...faulty({ FAULT_SLOW_MS: "400" }),
      watch: { ...watch, requests: 15, p99: "200ms" },
    },
    bad: { ...canary, ...faulty({ FAULT_FAILED_PERCENT: "20" }) },
    blue: { ...canary, steps: "switch", ...faulty({ FAULT_FAILED_PERCENT: "20" }) },
  });
  const { exitCode } = await project.up();
  expect(exitCode).not.toBe(0);
  const [shopRecord, good, bad, blue] = await Promise.all(
    ["shop", "good", "bad", "blue"].map(recordOf),
  );
  expect(shopRecord?.verdict).toBe("ready");
  expect(bad).toMatchObject({ verdict: "failed", reason: "canary-failed" });
  expect(good).toMatchObject({ verdict: "failed", reason: "canary-failed" });
  expect(good?.evidence?.message).toMatch(/p99 \d+\.\d+ of the new pods is too high/);
  expect(blue).toMatchObject({ verdict: "failed", reason: "canary-failed" });
  expect(blue?.running).toMatchObject({ verdict: "ready" });
  expect(await phaseOf("blue")).toBe("Healthy");
});

test("what it was delivered by before goes with the next up that succeeds, without a lost request", async () => {
  const blue = { ...canary, ...RELEASE };
  await settings({
    shop: { ...base, replicas: 2, ...RELEASE },
    good: { ...careful, ...RELEASE },
    blue,
  });
  await succeed(project.up());
  expect(await cluster.find(ROLLOUT, project.namespace, "shop")).toBeUndefined();
  expect(await cluster.find(DEPLOYMENT, project.namespace, "good")).toBeUndefined();
  expect(loads.get("shop")?.take()).toMatchObject({ failed: 0, lost: 0 });

  // The Service of a switch goes to a Deployment by way of a percentage.
  await settings({ blue: { ...base, replicas: 2, ...RELEASE } });
  await succeed(project.up());
  expect(await cluster.find(ROLLOUT, project.namespace, "blue")).toBeUndefined();
  expect(loads.get("blue")?.take()).toMatchObject({ lost: 0 });
});

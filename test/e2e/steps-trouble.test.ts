// Proves with the real Argo Rollouts and Prometheus what becomes of steps when something else breaks or changes: the run, Prometheus, the
// settings. It cannot prove what a cluster's own Prometheus does while it restarts; that a monitor which nobody selects is named beside
// no-traffic is for unit tests.
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { NODE_ADDRESS } from "../../tools/platform/addresses.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { MONITORED } from "../../tools/platform/monitoring.ts";
import { cluster } from "../../testbed/cluster.ts";
import { type Kind, SERVICE } from "../../testbed/kinds.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { promptTargets } from "../../testbed/prompt-targets.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { Load } from "../../testbed/load.ts";
import { Ends } from "../support/ends.ts";
import { Relay } from "../support/relay.ts";

const EVERY_MILLISECONDS = 40;
const HASH = "rollouts-pod-template-hash";

interface ArgoRollout extends KubernetesObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly currentStepIndex?: number;
    readonly phase?: string;
    readonly currentPodHash?: string;
  };
}
const ROLLOUT: Kind<ArgoRollout> = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
const RUN: Kind<KubernetesObject> = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" };

let project: Project;
let prometheus: Relay;
let up: KillableUp | undefined;
const loads: Load[] = [];
/** Takes away what the story has made, the last first. */
const ends = new Ends();

const watch = { errors: 2, requests: 40, every: 5, for: 15 };
const { replicas, ...unnumbered } = shop;
const stepped = {
  metrics: "/metrics",
  objective: {
    requests: 'http_requests_total{path="/"}',
    errors: 'http_requests_total{path="/",status=~"5.."}',
  },
  steps: [50],
  watch,
  deadlineSeconds: 60,
};
const canary = { ...unnumbered, ...stepped, replicas };
const scaled = { ...unnumbered, ...stepped, autoscale: { min: 2, max: 4, cpu: 90 } };

const settings = (release: string, services: readonly string[], change: object = {}) => {
  const all = { shop: { ...canary, ...change }, scaled };
  const env = { RELEASE: release };
  return project.settings({
    // By a way that the story can cut: the platform's Prometheus is everybody's.
    prometheus: `http://${NODE_ADDRESS}:${prometheus.port}`,
    monitoring: { labels: MONITORED },
    services: Object.fromEntries(
      Object.entries(all)
        .filter(([name]) => services.includes(name))
        .map(([name, service]) => [name, { ...service, env }]),
    ),
  });
};
const recordOf = async (name: string): Promise<ReleaseRecord | undefined> =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases[name];
const rollout = (name: string) => cluster.get(ROLLOUT, project.namespace, name);

/** What is measured of the present release of a service. */
async function runsOf(name: string): Promise<readonly (string | undefined)[]> {
  const { status } = await rollout(name);
  const label = `${HASH}=${status?.currentPodHash ?? ""}`;
  const runs = await cluster.list(RUN, project.namespace, label);
  return runs.map(({ metadata }) => metadata?.uid).sort();
}

async function relay(): Promise<Relay> {
  const { spec } = await cluster.get(SERVICE, "monitoring", "prometheus");
  return Relay.start(NODE_ADDRESS, { host: spec?.clusterIP ?? "", port: 9090 });
}

async function load(name: string): Promise<void> {
  let service = await cluster.find(SERVICE, project.namespace, name);
  while (service === undefined) {
    await sleep(200);
    service = await cluster.find(SERVICE, project.namespace, name);
  }
  const address = `http://${service.spec?.clusterIP ?? ""}/`;
  loads.push(new Load(address, EVERY_MILLISECONDS));
}

/** Waits until the second measurement of a step may have begun. */
async function untilMeasured(name: string): Promise<void> {
  while ((await rollout(name)).status?.currentStepIndex !== 1) {
    await sleep(200);
  }
  await sleep(watch.every * 1000);
}

beforeAll(async () => {
  await ensureExtras("argo-rollouts", "monitoring");
  prometheus = await relay();
  ends.push(() => {
    prometheus.stop();
  });
  project = await Project.create("steps-trouble");
  ends.push(async () => {
    await project.unlock();
    await project.dispose();
  });
  ends.push(promptTargets());
});
afterEach(() => {
  up?.dispose();
});
afterAll(async () => {
  await Promise.all(loads.map((each) => each.stop()));
  expect(await ends.failures()).toEqual([]);
});

test("an autoscaler has the number of a Rollout's pods, and a release leaves it alone", async () => {
  await settings("1", ["shop", "scaled"]);
  const running = project.up();
  await Promise.all(["shop", "scaled"].map(load));
  await succeed(running);
  const place = ["horizontalpodautoscaler", "scaled", "--namespace", project.namespace];
  await kubectl(["patch", ...place, "--type=merge", "--patch", '{"spec":{"minReplicas":3}}']);
  while ((await rollout("scaled")).spec?.replicas !== 3) {
    await sleep(500);
  }
});

test("a run that is killed while a step is measured is followed by one that reads on to the verdict", async () => {
  await settings("2", ["shop", "scaled"]);
  up = project.killableUp();
  await up.reaches(untilMeasured("shop"));
  await up.kill("SIGKILL", "group");
  const runs = await runsOf("shop");
  expect(runs).toHaveLength(1);
  await project.unlock();
  const { output } = await succeed(project.up());
  expect(output).toMatch(/shop: resumes the wait for sha256:[0-9a-f]{12} /);
  expect(await recordOf("shop")).toMatchObject({ verdict: "ready" });
  // What was measured meanwhile counts, and nothing is measured again.
  expect(await runsOf("shop")).toEqual(runs);
  expect((await rollout("scaled")).spec?.replicas).toBe(3);
});

test("a Prometheus that goes away in the middle of a step takes the release back", async () => {
  await settings("3", ["shop"]);
  const running = project.up();
  await untilMeasured("shop");
  prometheus.stop();
  const { exitCode, output } = await running;
  expect(exitCode).not.toBe(0);
  const record = await recordOf("shop");
  expect(record).toMatchObject({ verdict: "failed", reason: "not-measured" });
  expect(record?.running).toMatchObject({ verdict: "ready" });
  expect(record?.evidence?.message).toMatch(
    /^at 50 %: errors could not be measured: .*; traffic is back on the release before since /,
  );
  expect(output).toContain("shop: not-measured after");
  expect((await rollout("shop")).status?.phase).toBe("Healthy");
});

test("the same release is tried again once it is measured elsewhere", async () => {
  prometheus = await relay();
  await settings("3", ["shop"]);
  const { output } = await succeed(project.up());
  expect(output).toMatch(/shop: tries sha256:\w+ .*again, with other objects beside its pods/);
  const record = await recordOf("shop");
  expect(record).toMatchObject({ verdict: "ready", warnings: [], running: null });
});

test("other steps alone replace no pod, and nothing is said of what they never asked of these", async () => {
  const { status } = await rollout("shop");
  await settings("3", ["shop"], { steps: [30, 60] });
  await succeed(project.up());
  expect(await recordOf("shop")).toMatchObject({ verdict: "ready", warnings: [] });
  expect((await rollout("shop")).status?.currentPodHash).toBe(status?.currentPodHash);
});

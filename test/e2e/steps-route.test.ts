// Proves with the real Argo Rollouts, Traefik and Prometheus, and with counted requests, that steps are percentages of a route's requests. It
// cannot prove other Gateways' controllers, nor weights by more than one Traefik.
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { MONITORED } from "../../tools/platform/monitoring.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind, POD, SERVICE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { promptTargets } from "../../testbed/prompt-targets.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { Ends } from "../support/ends.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { creation } from "../support/deploy-objects.ts";
import { reserveGateway, TestGateway } from "../support/gateway.ts";
import { createLanes, deleteLanes, warningsOf } from "../support/lane-objects.ts";
import { Load } from "../../testbed/load.ts";
import { send } from "../support/request.ts";
import { REFUSED, steppedObjects, steppedPlan } from "../support/stepped-service.ts";

const GATEWAY = { namespace: "gateways-of-steps", name: "public", listener: "https" };
const HOST = "shop.example.com";
const EVERY_MILLISECONDS = 40;
const NAMED = "app.kubernetes.io/name=shop";
/** How long the API server may take for new policies. */
const FORCE_MILLISECONDS = 30_000;
/** The step's percentage, which two pods beside two others, or one beside two, would not make. */
const PERCENT = 20;

interface ArgoRollout extends KubernetesObject {
  readonly status?: { readonly currentStepIndex?: number; readonly phase?: string };
}
const ROLLOUT: Kind<ArgoRollout> = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
interface TraefikService extends KubernetesObject {
  readonly spec: {
    readonly weighted: {
      readonly services: readonly { readonly name: string; readonly weight: number }[];
    };
  };
}
const WEIGHTS: Kind<TraefikService> = { apiVersion: "traefik.io/v1alpha1", kind: "TraefikService" };

const plain = {
  ...shop,
  metrics: "/metrics",
  // Traefik hears of pods that leave a moment after the nodes do.
  drainSeconds: 3,
  route: { parents: [{ name: GATEWAY.name, namespace: GATEWAY.namespace }], host: HOST },
  deadlineSeconds: 60,
};
const watch = { errors: 2, requests: 20, every: 5, for: 10 };
const divided = {
  ...plain,
  // The probes of the kubelet are requests, too.
  objective: {
    requests: 'http_requests_total{path="/"}',
    errors: 'http_requests_total{path="/",status=~"5.."}',
  },
  ...{ steps: [PERCENT], weights: "traefik", watch },
};

let project: Project;
let gateway: TestGateway;
let load: Load;
let prometheus: string;
/** Takes away what the story has made, the last first. */
const ends = new Ends();

const settings = (service: object) =>
  project.settings({
    prometheus,
    monitoring: { labels: MONITORED },
    services: { shop: service },
  });
const record = async (): Promise<ReleaseRecord | undefined> =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases["shop"];
const weights = async (): Promise<Record<string, number>> => {
  const { spec } = await cluster.get(WEIGHTS, project.namespace, "shop");
  return Object.fromEntries(spec.weighted.services.map(({ name, weight }) => [name, weight]));
};

/** The share of the one pod that had the fewest answers, of those since a step was measured, until it is over. */
async function shareAtTheStep(isOver: () => boolean): Promise<number> {
  const isMeasured = async () =>
    (await cluster.get(ROLLOUT, project.namespace, "shop")).status?.currentStepIndex === 1;
  while (!isOver() && !(await isMeasured())) {
    await sleep(200);
  }
  // Traefik reads new weights within a moment.
  await sleep(1000);
  const before = load.take();
  await sleep(6000);
  expect([before.failed, before.lost, await isMeasured()]).toEqual([0, 0, true]);
  const { byPod, failed, lost, total } = load.take();
  expect([failed, lost, byPod.size, total > 100]).toEqual([0, 0, 3, true]);
  return Math.min(...byPod.values()) / total;
}

beforeAll(async () => {
  ends.push(await reserveGateway());
  await ensureExtras("argo-rollouts", "monitoring", "ingress");
  const { spec } = await cluster.get(SERVICE, "monitoring", "prometheus");
  prometheus = `http://${spec?.clusterIP ?? ""}:9090`;
  gateway = await TestGateway.start(GATEWAY, "*.example.com");
  ends.push(() => gateway.dispose());
  project = await Project.create("steps-route");
  ends.push(() => project.dispose());
  ends.push(promptTargets());
});
afterAll(async () => {
  expect(await ends.failures()).toEqual([]);
});

test("a Deployment with a route becomes a Rollout whose requests are divided, without a lost one", async () => {
  await settings(plain);
  await succeed(project.up());
  load = new Load(await gateway.address(), EVERY_MILLISECONDS, gateway.requestFor(HOST));
  ends.push(() => load.stop());
  await settings(divided);
  await succeed(project.up());
  expect(await record()).toMatchObject({ verdict: "ready" });
  // It is deleted after its pods.
  while ((await cluster.find(DEPLOYMENT, project.namespace, "shop")) !== undefined) {
    await sleep(200);
  }
  expect(load.take()).toMatchObject({ failed: 0, lost: 0 });
  expect(await weights()).toEqual({ "shop-stable": 100, "shop-canary": 0 });
});

test("what Argo Rollouts writes is no difference to a preview that looks at the cluster", async () => {
  const preview = ["preview", "--refresh", "--expect-no-changes", "--stack=dev"];
  await succeed(project.pulumi(...preview));
});

test("a step has its percentage of the requests, whatever the number of pods is", async () => {
  load.take();
  await settings({ ...divided, env: { RELEASE: "2" } });
  const up = project.up();
  let isOver = false;
  const ended = up.finally(() => (isOver = true));
  const share = await shareAtTheStep(() => isOver);
  await succeed(ended);
  expect(share * 100).toBeGreaterThan(PERCENT - 5);
  expect(share * 100).toBeLessThan(PERCENT + 5);
  expect(await record()).toMatchObject({ verdict: "ready" });
  expect(load.take()).toMatchObject({ failed: 0, lost: 0 });
});

test("a bad release is taken back at its step, and no request goes to it any more", async () => {
  await settings({ ...divided, env: { RELEASE: "3", FAULT_FAILED_PERCENT: "50" } });
  const { exitCode } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(await record()).toMatchObject({ verdict: "failed", reason: "canary-failed" });
  expect(await weights()).toEqual({ "shop-stable": 100, "shop-canary": 0 });
  const { failed, lost } = load.take();
  expect(failed).toBeGreaterThan(0);
  // Half of a fifth of what was sent in the time of two measurements and a moment.
  expect(failed).toBeLessThan(60);
  expect(lost).toBe(0);
  await sleep(1000);
  expect(load.take()).toMatchObject({ failed: 0, lost: 0 });
  // Every other way to the service still leads to the bad pods as long as there are any.
  while ((await cluster.list(POD, project.namespace, NAMED)).length > plain.replicas) {
    await sleep(200);
  }
});

test("a Rollout becomes a Deployment again, without a lost request", async () => {
  await settings({ ...plain, env: { RELEASE: "4" } });
  await succeed(project.up());
  expect(await cluster.find(ROLLOUT, project.namespace, "shop")).toBeUndefined();
  expect(await cluster.find(SERVICE, project.namespace, "shop-canary")).toBeUndefined();
  expect(load.take()).toMatchObject({ failed: 0, lost: 0 });
});

describe("the deploy lane, by its own token", () => {
  const home = `slipway-steps-lane-${process.pid}`;
  const plan = steppedPlan(home);
  const objects = steppedObjects(home);
  let token: string;

  beforeAll(async () => {
    await createLanes(plan);
    token = await kubeconfigOfAccount({ namespace: `${home}-jenkins-deploy`, name: "agent" });
    const [, change] = REFUSED.at(-1) ?? [];
    const isInForce = async () =>
      (await send(token, creation("httproutes", objects["httproutes"] ?? {}, change))).status ===
      422;
    const end = Date.now() + FORCE_MILLISECONDS;
    while (!(await isInForce()) && Date.now() < end) {
      await sleep(200);
    }
  });
  afterAll(() => deleteLanes(plan));

  test("has policies in which the API server finds nothing to warn of", async () => {
    const names = plan.policies.map(({ policy }) => policy.metadata.name);
    const warned = await Promise.all(names.map(warningsOf));
    expect(warned).toEqual(names.map(() => []));
  });

  test.each(Object.keys(objects))("writes the stack's own %s", async (resource) => {
    const answer = await send(token, creation(resource, objects[resource] ?? {}));
    expect(answer).toEqual({ status: 201, message: "" });
  });

  test.each(REFUSED)("writes none of the %s with %j", async (resource, change, field) => {
    const { status, message } = await send(
      token,
      creation(resource, objects[resource] ?? {}, change),
    );
    expect([status, message]).toEqual([422, expect.stringMatching(field)]);
  });
});

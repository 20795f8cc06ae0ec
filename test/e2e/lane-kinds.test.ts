// Proves what the API server takes from the deploy lane's own token of services that no Deployment delivers, and of manifests of a team's own;
// that an `up` passes is the lanes' own story, and no pod starts here.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { complete } from "../../components/complete-service.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { applied } from "../../components/rendered/applied.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { creation, IMAGE, type Json } from "../support/deploy-objects.ts";
import { createLanes, deleteLanes, warningsOf } from "../support/lane-objects.ts";
import { ownManifests } from "../support/own-manifests.ts";
import { send } from "../support/request.ts";

const home = `slipway-kinds-${randomUUID().slice(0, 8)}`;
const services = {
  db: { port: 5432, stateful: true, volumes: { "/data": { perPod: { size: "1Gi" } } } },
  agent: { port: 9100, everyNode: true },
  nightly: {
    schedule: { cron: "0 3 * * *" },
    allow: ["writable-root"],
    annotations: { "example.com/scrape": "true" },
  },
} as const satisfies Readonly<Record<string, ServiceDefinition>>;
const manifests = ownManifests(home);
const rendered = {
  services: { own: { objects: manifests, awaitAddress: true, notes: [] } },
  extras: {},
};
const plan = planLanes({
  namespace: home,
  services: { ...services, own: { manifests: "deploy" } },
  rendered,
  credentials: {},
  sealing: { controller: { namespace: "kube-system", name: "sealed-secrets-controller" } },
  jenkins: { apiServer: { cidr: "10.0.0.1/32", ports: [6443] }, lanes: { deploy: {} } },
});
const of = (name: keyof typeof services) =>
  workloadManifests(
    complete({ name, namespace: home, version: "1", pullSecret: undefined }, services[name]),
    IMAGE,
  ) as unknown as Readonly<Record<string, Json>>;

const CRON_JOB = of("nightly")["cronJob"] ?? {};
const OBJECTS: Readonly<Record<string, Json>> = {
  statefulsets: of("db")["statefulSet"] ?? {},
  daemonsets: of("agent")["daemonSet"] ?? {},
  cronjobs: CRON_JOB,
};

/** The Job that proves the schedule, as its verdict makes it. */
function proof(owner: string): Json {
  const { spec } = (CRON_JOB["spec"] as { jobTemplate: { spec: object } }).jobTemplate;
  const reference = { apiVersion: "batch/v1", kind: "CronJob", name: owner, uid: randomUUID() };
  const metadata = { name: "proof", namespace: home, ownerReferences: [reference] };
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec };
}

const unowned = { ...proof("nightly"), metadata: { name: "proof", namespace: home } };

let token: string;
beforeAll(async () => {
  await createLanes(plan);
  token = await kubeconfigOfAccount({ namespace: `${home}-jenkins-deploy`, name: "agent" });
  // The policies come into force one after the other, those of Jobs last.
  while ((await send(token, creation("jobs", unowned))).status !== 422) {
    await sleep(200);
  }
});
afterAll(() => deleteLanes(plan));

test("the API server finds nothing to warn of in the policies' expressions", async () => {
  const names = plan.policies.map(({ policy }) => policy.metadata.name);
  const warned = await Promise.all(names.map(warningsOf));
  expect(warned).toEqual(names.map(() => []));
});

test.each(Object.keys(OBJECTS))("the deploy lane writes the stack's own %s", async (resource) => {
  const answer = await send(token, creation(resource, OBJECTS[resource] ?? {}));
  expect(answer).toEqual({ status: 201, message: "" });
});

test("the deploy lane makes the Job that proves a schedule, with what the settings allow its pods", async () => {
  const answer = await send(token, creation("jobs", proof("nightly")));
  expect(answer).toEqual({ status: 201, message: "" });
});

/** The objects of the manifests as an `up` writes them, by resource. */
const OWN: Readonly<Record<string, Json>> = Object.fromEntries(
  manifests.map(({ resource, object }) => [
    resource,
    applied(object, { digests: {}, annotations: {} }),
  ]),
);

test.each(Object.keys(OWN))(
  "the deploy lane writes %s of manifests as they say them",
  async (resource) => {
    const answer = await send(token, creation(resource, OWN[resource] ?? {}));
    expect(answer).toEqual({ status: 201, message: "" });
  },
);

test.each(Object.keys(OWN))(
  "%s of manifests have no annotation that they do not say",
  async (resource) => {
    const change = { metadata: { annotations: { "example.com/order": "1" } } };
    const { status, message } = await send(token, creation(resource, OWN[resource] ?? {}, change));
    expect(status).toBe(422);
    expect(message).toMatch(/metadata\.annotations: the deploy lane of Jenkins may write only/);
  },
);

/** What pods of manifests do not say, by the field that the refusal names. */
const UNSAID: Readonly<Record<string, Json>> = {
  serviceAccountName: { serviceAccountName: "admin" },
  nodeSelector: { nodeSelector: { disk: "hdd" } },
  priorityClassName: { priorityClassName: "system-node-critical" },
  tolerations: { tolerations: [{ operator: "Exists" }] },
  "volumes\\[\\]": { volumes: [{ name: "host", hostPath: { path: "/" } }] },
  "volumes\\[\\]\\.persistentVolumeClaim": {
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "others" } }],
  },
  "volumes\\[\\]\\.secret": { volumes: [{ name: "s", secret: { secretName: "others" } }] },
};
const WITH_PODS = ["deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"];

test.each(WITH_PODS.flatMap((resource) => Object.keys(UNSAID).map((field) => [resource, field])))(
  "pods of %s of manifests have no other %s",
  async (resource, field) => {
    const template = { template: { spec: UNSAID[field] } };
    const spec = resource === "cronjobs" ? { jobTemplate: { spec: template } } : template;
    const { status, message } = await send(
      token,
      creation(resource, OWN[resource] ?? {}, { spec }),
    );
    expect(status).toBe(422);
    expect(message).toMatch(new RegExp(`template\\.spec\\.${field}: the deploy lane`));
  },
);

test.each([
  "deployments",
  "statefulsets",
  "daemonsets",
  "jobs",
  "cronjobs",
  "services",
  "ingresses",
])("what manifests say of one of the %s holds for no other", async (resource) => {
  const other = { metadata: { name: "another", annotations: null } };
  expect((await send(token, creation(resource, OWN[resource] ?? {}, other))).status).toBe(422);
});

test.each([
  ["ingresses", { spec: { rules: [{ host: "others.example.com" }] } }, "spec.rules[]"],
  ["ingresses", { spec: { ingressClassName: "others" } }, "spec.ingressClassName"],
  ["ingresses", { spec: { tls: [{ hosts: ["own.example.com"], secretName: "x" }] } }, "spec.tls[]"],
  ["services", { spec: { externalIPs: ["192.0.2.2"] } }, "spec.externalIPs"],
  ["services", { spec: { loadBalancerSourceRanges: ["0.0.0.0/0"] } }, "loadBalancerSourceRanges"],
  ["services", { spec: { type: "NodePort", loadBalancerSourceRanges: null } }, "spec.type"],
  ["serviceaccounts", { imagePullSecrets: [{ name: "others" }] }, "imagePullSecrets"],
])("%s of manifests have nothing that they do not say: %j", async (resource, change, field) => {
  const { status, message } = await send(token, creation(resource, OWN[resource] ?? {}, change));
  expect(status).toBe(422);
  expect(message).toContain(`${field}: the deploy lane of Jenkins may write only`);
});

test("a Job of nobody, or of a schedule that the settings do not have, is refused", async () => {
  const nobodys = await send(token, creation("jobs", unowned));
  expect(nobodys.message).toMatch(/-deploy-jobs' denied request/);
  const others = await send(token, creation("jobs", proof("other")));
  expect(others.status).toBe(422);
});

const POD = { hostNetwork: true, serviceAccountName: "default", nodeName: "nowhere" };

test.each([
  ["statefulsets", { spec: { template: { spec: POD } } }],
  ["daemonsets", { spec: { template: { spec: POD } } }],
  ["cronjobs", { spec: { jobTemplate: { spec: { template: { spec: POD } } } } }],
])("pods of %s may have no other account and choose no node", async (resource, change) => {
  const { status, message } = await send(
    token,
    creation(resource, OBJECTS[resource] ?? {}, change),
  );
  expect(status).toBe(422);
  expect(message).toMatch(/serviceAccountName/);
  expect(message).toMatch(/an administrator of the cluster does so with pulumi up/);
});

// Proves what a real cluster shows of Jobs, StatefulSets, DaemonSets, claims and custom resources, on one node: nodes that come and go are
// played in test/unit, and nothing here provisions volumes.
import { setTimeout as sleep } from "node:timers/promises";

import { CustomObjectsApi } from "@kubernetes/client-node";

import type { ObjectRecord } from "../../contract/object-readiness.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { NAMESPACE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

/** What pulumi printed so far. */
let heard = "";
let project: Project;
let group: string;
beforeAll(async () => {
  project = await Project.create("other-kinds", { hears: (text) => (heard += text) });
  group = `${project.namespace}.example.com`;
  await cluster.create(definition());
  await cluster.create(volume("early"));
});
afterAll(async () => {
  // What is left of a run that was cut off goes with the namespace.
  await project
    .dispose()
    .catch(() => cluster.delete({ ...NAMESPACE, metadata: { name: project.namespace } }));
  await cluster.delete(definition());
  for (const which of ["early", "late"]) {
    await cluster.delete(volume(which)).catch(() => undefined);
  }
});

/** A program as a user would write it: an object, and the wait for it. */
const program = (body: string) => `
import * as k8s from "@pulumi/kubernetes";
import { ObjectReadiness, SlipwayProvider } from "./components/index.ts";

const kubeconfig = process.env["SLIPWAY_KUBECONFIG"] ?? "";
const cluster = { provider: new k8s.Provider("cluster", { kubeconfig, clusterIdentifier: "e2e" }) };
const context = ${JSON.stringify(kubeConfig().getCurrentContext())};
const slipway = { provider: new SlipwayProvider("slipway", { kubeconfig, context }) };
const home = new k8s.core.v1.Namespace("home", { metadata: { name: ${JSON.stringify(project.namespace)} } }, cluster);
const namespace = home.metadata.name;
const annotations = { "pulumi.com/skipAwait": "true" };
const image = process.env["SLIPWAY_BASE_IMAGE"] ?? "";
const pod = (image: string, script: string, restartPolicy?: string) => ({
  metadata: { labels: { app: "kinds" } },
  spec: {
    ...(restartPolicy && { restartPolicy }),
    terminationGracePeriodSeconds: 1,
    containers: [{ name: "main", image, command: ["node", "-e", script] }],
  },
});
const selector = { matchLabels: { app: "kinds" } };
const claim = (name: string, storageClassName: string) =>
  new k8s.core.v1.PersistentVolumeClaim(name, {
    metadata: { name, namespace, annotations },
    spec: { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  }, cluster);
const widget = (name: string) =>
  new k8s.apiextensions.CustomResource(name, {
    apiVersion: "${group}/v1", kind: "Widget", metadata: { name, namespace }, spec: { size: 1 },
  }, cluster);
${body}
`;

const HEALTHY = () => `
const migrate = new k8s.batch.v1.Job("migrate", {
  metadata: { name: "migrate", namespace, annotations },
  spec: { backoffLimit: 1, template: pod(image, "console.log('done')", "Never") },
}, cluster);
const db = new k8s.apps.v1.StatefulSet("db", {
  metadata: { name: "db", namespace, annotations },
  spec: { serviceName: "db", replicas: 2, selector, template: pod(image, "setInterval(() => {}, 1e9)") },
}, cluster);
const agent = new k8s.apps.v1.DaemonSet("agent", {
  metadata: { name: "agent", namespace, annotations },
  spec: { selector, template: pod(image, "setInterval(() => {}, 1e9)") },
}, cluster);
const data = claim("data", ${JSON.stringify(`${project.namespace}-early`)});
const objects = { migrate, db, agent, data, good: widget("good") };
export const records = Object.fromEntries(
  Object.entries(objects).map(([name, object]) => [name, new ObjectReadiness(name, { object, deadlineSeconds: 120 }, slipway).record]),
);
`;

const BROKEN = () => `
const migrate = new k8s.batch.v1.Job("migrate", {
  metadata: { name: "migrate-2", namespace, annotations },
  spec: { backoffLimit: 1, template: pod(image, "console.log('no such table'); process.exit(3)", "Never") },
}, cluster);
const db = new k8s.apps.v1.StatefulSet("db", {
  metadata: { name: "db", namespace, annotations },
  spec: { serviceName: "db", replicas: 2, selector, template: pod(\`\${process.env["SLIPWAY_REGISTRY"]}/e2e/none:1\`, "") },
}, cluster);
const rules = { failed: { type: "Ready", status: "False" as const } };
new ObjectReadiness("migrate", { object: migrate, deadlineSeconds: 120 }, slipway);
new ObjectReadiness("db", { object: db, deadlineSeconds: 120 }, slipway);
new ObjectReadiness("data", { object: claim("unbound", ${JSON.stringify(`${project.namespace}-late`)}), deadlineSeconds: 120 }, slipway);
new ObjectReadiness("bad", { object: widget("bad"), deadlineSeconds: 120, rules }, slipway);
`;

test("objects of other kinds are ready when they are, and an object whose status is of a generation before is not", async () => {
  await project.write("index.ts", program(HEALTHY()));
  const up = succeed(project.up());
  const ready = { conditions: [{ type: "Ready", status: "True" }] };
  await report("good", { observedGeneration: 0, ...ready });
  // All waits begin together, and the two pods of one come one after the other.
  await waited((names) => names.length >= 4);
  expect(endedWaits()).not.toContain("good");
  await report("good", { observedGeneration: 1, ...ready });
  await up;

  const { records } = await project.outputs<{ records: Record<string, ObjectRecord> }>();
  const said = Object.entries(records).map(([name, { verdict, message }]) => [
    name,
    verdict,
    message,
  ]);
  expect(said).toEqual([
    ["agent", "ready", "1/1 ready"],
    ["data", "ready", `bound to ${project.namespace}-early`],
    ["db", "ready", "2/2 ready"],
    ["good", "ready", "Ready is True"],
    ["migrate", "ready", "1/1 succeeded"],
  ]);
});

test("objects that fail are told by what is to be mended, stay failed, and are judged again when they are mended", async () => {
  await project.write("index.ts", program(BROKEN()));
  const up = project.up("--continue-on-error");
  const denied = { type: "Ready", status: "False", reason: "Denied", message: "no such key" };
  await report("bad", { observedGeneration: 1, conditions: [denied] });
  const { exitCode, output } = await up;

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /migrate: job-failed after \d+ s: BackoffLimitExceeded: .*; its last pod ended with exit code 3 \(Error\) \(job migrate-2\)/,
  );
  expect(output).toMatch(
    /log of pod migrate-2-\w+, container main, last 1 lines:\n\s+no such table/,
  );
  expect(output).toMatch(/db: image-not-found after \d+ s: .* \(pod db-1, container main\)/);
  expect(output).toMatch(
    /data: volume-unbound after \d+ s: storageclass\.storage\.k8s\.io ".*" not found \(persistentvolumeclaim unbound\)/,
  );
  expect(output).toMatch(
    /bad: condition-failed after \d+ s: Ready is False \(Denied\): no such key \(widget bad\)/,
  );
  expect(output).toMatch(/next: kubectl --context \S+ --namespace \S+ describe widget bad/);

  await cluster.create(volume("late"));
  await report("bad", { observedGeneration: 1, conditions: [{ type: "Ready", status: "True" }] });
  const again = await project.up("--continue-on-error");

  expect(again.exitCode).not.toBe(0);
  expect(again.output).toMatch(/migrate: job-failed after \d+ s/);
  expect(again.output).not.toMatch(/data: volume-unbound|bad: condition-failed/);
});

/** The objects that are ready, as pulumi has printed so far. */
function endedWaits(): string[] {
  const lines = heard.matchAll(/slipway:index:ObjectReadiness (\S+) created/g);
  return [...new Set([...lines].map(([, name = ""]) => name))];
}

async function waited(condition: (names: readonly string[]) => boolean): Promise<void> {
  for (let tries = 0; !condition(endedWaits()); tries++) {
    if (tries > 240) {
      throw new Error(`too few waits ended after 120 s:\n${heard}`);
    }
    await sleep(500);
  }
}

/** Has the custom resource's controller, which is this test, say how it is. */
async function report(name: string, status: object): Promise<void> {
  const kind = { apiVersion: `${group}/v1`, kind: "Widget" };
  for (let tries = 0; (await cluster.find(kind, project.namespace, name)) === undefined; tries++) {
    if (tries > 120) {
      throw new Error(`there is no widget ${name} after 60 s`);
    }
    await sleep(500);
  }
  await kubeConfig()
    .makeApiClient(CustomObjectsApi)
    .patchNamespacedCustomObjectStatus({
      group,
      version: "v1",
      namespace: project.namespace,
      plural: "widgets",
      name,
      body: [{ op: "add", path: "/status", value: status }],
    });
}

function definition() {
  const text = { type: "string" };
  const condition = {
    type: "object",
    properties: { type: text, status: text, reason: text, message: text },
  };
  const status = {
    type: "object",
    properties: {
      observedGeneration: { type: "integer" },
      conditions: { type: "array", items: condition },
    },
  };
  const spec = { type: "object", properties: { size: { type: "integer" } } };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec, status } } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [{ name: "v1", served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}

/** A volume in a class of its own. */
function volume(which: string) {
  const name = `${project.namespace}-${which}`;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      storageClassName: name,
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: "/tmp" },
    },
  };
}

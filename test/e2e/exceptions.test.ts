// Proves on the platform what leaves the way of every service: placement, identity, patches, words of `allow`, a namespace of others. Cannot
// prove that a runtime class or a cloud's identity does what it says; what the lanes may write is test/e2e/lane-policies.test.ts.
import { setTimeout as sleep } from "node:timers/promises";

import type { V1Deployment, V1Namespace, V1Pod } from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, NAMESPACE, POD, SERVICE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";

const SERVICE_ACCOUNT = { apiVersion: "v1", kind: "ServiceAccount" } as const;
const ENFORCE = "pod-security.kubernetes.io/enforce";

let project: Project;
let taken: string;
const own = () => ({ metadata: { name: project.namespace } });
const others = () => [
  { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", ...own(), handler: "runc" },
  { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", ...own(), value: 7 },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: taken } },
];

beforeAll(async () => {
  project = await Project.create("exceptions");
  taken = `${project.namespace}-taken`;
  for (const object of others()) {
    await cluster.create(object);
  }
});
afterAll(async () => {
  const made = [...others(), { apiVersion: "v1", kind: "Namespace", ...own() }];
  try {
    await project.dispose();
  } finally {
    await Promise.allSettled(made.map((object) => cluster.delete(object)));
  }
});

const quick = { ...shop, replicas: 1 };
/** Everything that leaves the way of every service, and is one service all the same. */
const special = () => ({
  ...quick,
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ key: "slipway.example.com/reserved", operator: "Exists", effect: "NoSchedule" }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 10,
          podAffinityTerm: {
            topologyKey: "kubernetes.io/hostname",
            labelSelector: { matchLabels: { team: "other" } },
          },
        },
      ],
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 2, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
  ],
  priorityClassName: project.namespace,
  runtimeClassName: project.namespace,
  hostAliases: [{ ip: "10.9.8.7", hostnames: ["db.example.com"] }],
  dnsPolicy: "ClusterFirst",
  dnsConfig: { options: [{ name: "ndots", value: "2" }] },
  group: 2000,
  fsGroup: 3000,
  supplementalGroups: [4000],
  labels: { team: "shop" },
  annotations: { "example.com/owner": "shop" },
  serviceAccount: {
    annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/shop" },
    token: { audience: "vault", path: "/var/run/secrets/tokens/vault" },
  },
  pullSecrets: ["of-somebody"],
  allow: ["writable-root"],
  pod: {
    hostname: "counter",
    containers: [{ name: "shop", env: [{ name: "PATCHED", value: "yes" }], tty: true }],
  },
  patches: {
    deployment: { spec: { revisionHistoryLimit: 3 } },
    service: { spec: { sessionAffinity: "ClientIP" } },
  },
});

const settings = (service: object, namespace: unknown = project.namespace) =>
  project.settings({ services: { shop: service }, namespace });
const preview = () => project.slipway("preview", "--stack=dev");
const deployment = () => cluster.find<V1Deployment>(DEPLOYMENT, project.namespace, "shop");

test("a namespace that others have created fails the preview, and is not touched", async () => {
  await settings(quick, taken);
  const { exitCode, output } = await preview();
  expect(output).toContain(`write {name: ${taken}, exists: true}`);
  expect(exitCode).not.toBe(0);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(await cluster.list(SERVICE, taken)).toEqual([]);
});

test("what the API server does not know of a patch fails the preview, and nothing is created", async () => {
  const wrong = { patches: { service: { spec: { sessionAffinity: "Sticky" } } } };
  await project.settings({
    services: { shop: { ...quick, pod: { hostnam: "counter" } }, other: { ...quick, ...wrong } },
  });
  for (const { exitCode, output } of [await preview(), await project.up()]) {
    expect(output).toContain(
      'slipway:services.shop.pod: the API server refuses the object: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.hostnam"',
    );
    expect(output).toMatch(
      /slipway:services\.other\.patches\.service: .*sessionAffinity: Unsupported value: "Sticky"/,
    );
    expect(exitCode).not.toBe(0);
  }
  expect(await cluster.find(NAMESPACE, undefined, project.namespace)).toBeUndefined();
});

test("a loosening that no word allows fails the preview, and nothing is created", async () => {
  await settings({ ...quick, pod: { hostNetwork: true } });
  const { exitCode, output } = await preview();
  expect(output).toContain(
    "slipway:services.shop.pod.hostNetwork: lets the pods use the node's network, which nobody has allowed; write allow: [host-network], or remove it",
  );
  expect(exitCode).not.toBe(0);
  expect(await cluster.find(NAMESPACE, undefined, project.namespace)).toBeUndefined();
});

test("the namespace's level is as loose as a word needs, and the preview says so", async () => {
  await settings({ ...quick, allow: ["host-pid"] });
  const { output, exitCode } = await preview();
  expect(output).toContain(
    `namespace ${project.namespace} enforces the Pod Security level privileged, because of shop (host-pid)`,
  );
  expect(output).toContain("- `shop` allows `host-pid`");
  expect(exitCode).toBe(0);
});

test("every field is on the live objects, and the record says what leaves the way", async () => {
  await settings(special());
  const { exitCode, output } = await project.up();
  expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
  const said = special();
  const live = await deployment();
  const template = live?.spec?.template;
  expect(template?.spec).toMatchObject({
    nodeSelector: said.nodeSelector,
    tolerations: said.tolerations,
    affinity: said.affinity,
    topologySpreadConstraints: [
      {
        ...said.topologySpreadConstraints[0],
        labelSelector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
      },
    ],
    priorityClassName: project.namespace,
    runtimeClassName: project.namespace,
    hostAliases: said.hostAliases,
    dnsPolicy: "ClusterFirst",
    dnsConfig: said.dnsConfig,
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: "of-somebody" }],
    hostname: "counter",
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 2000,
      fsGroup: 3000,
      supplementalGroups: [4000],
    },
  });
  const [container] = template?.spec?.containers ?? [];
  expect(container).toMatchObject({
    name: "shop",
    tty: true,
    securityContext: { readOnlyRootFilesystem: false, allowPrivilegeEscalation: false },
  });
  expect(container?.env).toContainEqual({ name: "PATCHED", value: "yes" });
  expect(template?.metadata).toMatchObject({
    labels: { team: "shop", "app.kubernetes.io/name": "shop" },
    annotations: { "example.com/owner": "shop" },
  });
  expect(live?.metadata).toMatchObject({
    labels: { team: "shop" },
    annotations: { "example.com/owner": "shop" },
  });
  expect(live?.spec).toMatchObject({ revisionHistoryLimit: 3 });
  expect(await cluster.get(SERVICE, project.namespace, "shop")).toMatchObject({
    metadata: { labels: { team: "shop" } },
    spec: { sessionAffinity: "ClientIP" },
  });
  expect(await cluster.get(SERVICE_ACCOUNT, project.namespace, "shop")).toMatchObject({
    metadata: { annotations: said.serviceAccount.annotations },
  });
  const [pod] = await cluster.list<V1Pod>(POD, project.namespace);
  expect(pod?.spec).toMatchObject({ priority: 7, hostname: "counter" });
  expect(pod?.spec?.volumes).toContainEqual(
    expect.objectContaining({ name: "token", projected: expect.anything() as object }),
  );
  const { releases } = await project.outputs<{ releases: { shop: Record<string, unknown> } }>();
  expect(releases.shop).toMatchObject({
    verdict: "ready",
    allow: ["writable-root", "token"],
    patched: [
      "pod.containers.shop.env.PATCHED.value",
      "pod.containers.shop.tty",
      "pod.hostname",
      "patches.deployment.spec.revisionHistoryLimit",
      "patches.service.spec.sessionAffinity",
    ],
  });
  expect(releases.shop).not.toHaveProperty("podSecurity");
});

describe("the stack's own namespace, once others have it,", () => {
  const existing = () => ({ name: project.namespace, exists: true });

  test("is not destroyed before the stack has given it up", async () => {
    await settings(special(), existing());
    const { exitCode, output } = await project.slipway("destroy", "--stack=dev", "--yes");
    expect(output).toContain(`would still delete namespace ${project.namespace}`);
    expect(exitCode).not.toBe(0);
    expect(await deployment()).toBeDefined();
  });

  test("refuses a word that its level does not have", async () => {
    await settings({ ...special(), allow: ["writable-root", "host-pid"] }, existing());
    const { exitCode, output } = await preview();
    expect(output).toContain(
      `slipway:services.shop.allow: host-pid needs the Pod Security level privileged, and the namespace ${project.namespace} enforces restricted`,
    );
    expect(exitCode).not.toBe(0);
  });

  test("stays as it is, with the pods in it, and the record says its level", async () => {
    const before = await cluster.get<V1Namespace>(NAMESPACE, undefined, project.namespace);
    const pods = (await cluster.list<V1Pod>(POD, project.namespace)).map(
      ({ metadata }) => metadata?.uid,
    );
    await settings(special(), existing());
    const { exitCode, output } = await project.up();
    expect(output).toContain("it enforces the Pod Security level restricted");
    expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
    const after = await cluster.get<V1Namespace>(NAMESPACE, undefined, project.namespace);
    expect(after.metadata?.uid).toBe(before.metadata?.uid);
    expect(after.metadata?.labels).toEqual(before.metadata?.labels);
    expect(after.metadata?.labels?.[ENFORCE]).toBe("restricted");
    const now = await cluster.list<V1Pod>(POD, project.namespace);
    expect(now.map(({ metadata }) => metadata?.uid)).toEqual(pods);
    const outputs = await project.outputs<{ namespaceExists: true; releases: { shop: object } }>();
    expect(outputs.namespaceExists).toBe(true);
    expect(outputs.releases.shop).toMatchObject({ verdict: "ready", podSecurity: "restricted" });
  });

  test("does not become the stack's own again by a shorter setting", async () => {
    await settings(special());
    const { exitCode, output } = await preview();
    expect(output).toContain("this stack uses the namespace as one that others have created");
    expect(exitCode).not.toBe(0);
  });

  test("is left by the stack's end, without anything of the stack", async () => {
    await settings(special(), existing());
    const verified = await project.slipway("verify-state", "--stack=dev");
    expect([verified.exitCode, verified.output]).toEqual([0, expect.any(String)]);
    const { exitCode, output } = await project.slipway("destroy", "--stack=dev", "--yes");
    expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
    const left = await cluster.get<V1Namespace>(NAMESPACE, undefined, project.namespace);
    expect(left.metadata?.deletionTimestamp).toBeUndefined();
    // Its pods may take a moment longer than the destroy.
    while ((await deployment()) !== undefined) {
      await sleep(200);
    }
    expect(await cluster.list(SERVICE, project.namespace)).toEqual([]);
    expect(await cluster.find(SERVICE_ACCOUNT, project.namespace, "shop")).toBeUndefined();
  });
});

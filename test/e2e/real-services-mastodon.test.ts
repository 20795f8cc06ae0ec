// Proves the shape of Mastodon as its chart deploys it, with programs of our own behind its ports and probes: that every field reaches the cluster,
// and what becomes of workers. It cannot prove a cloud's load balancer, a Gateway's controller or traffic: the story plays the first two.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject, V1Container } from "@kubernetes/client-node";

import type { Endpoint } from "../../components/endpoint.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, INGRESS, type Kind, type Manifest, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

const GROUP = "gateway.networking.k8s.io";
const ROUTE: Kind<KubernetesObject> = { apiVersion: `${GROUP}/v1`, kind: "HTTPRoute" };

/** Of the Gateway API's definition as much as a route needs. */
const DEFINITION: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: `httproutes.${GROUP}`,
    annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api" },
  } as Manifest["metadata"],
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: {
      kind: "HTTPRoute",
      listKind: "HTTPRouteList",
      plural: "httproutes",
      singular: "httproute",
    },
    versions: [
      {
        ...{ name: "v1", served: true, storage: true, subresources: { status: {} } },
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    ],
  },
};

const small = { requests: { cpu: "10m", memory: "32Mi" } };
const common = {
  build: { context: "mastodon", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } },
  ...{ settleSeconds: 5, stopSeconds: 2, resources: small },
};
const scaled = { ...common, settleSeconds: 0, drainSeconds: 1 };
const serving = { ...scaled, replicas: 1 };
const health = { httpGet: { path: "/api/v1/streaming/health", port: "http" } };
const accessed = (file: string) => [
  ...["node", "-e"],
  `require("fs").accessSync(${JSON.stringify(file)})`,
];
const READY_FILE = "/tmp/sidekiq_process_has_started_and_will_begin_processing_jobs";
const prometheus = { namespace: "monitoring", pods: { app: "prometheus" } };

const web = {
  ...scaled,
  env: { ROLE: "web" },
  port: 3000,
  ports: { metrics: { port: 9394, from: [prometheus] } },
  service: {
    port: 3000,
    annotations: { "example.com/team": "social" },
    labels: { tier: "edge" },
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
    internalTrafficPolicy: "Cluster",
  },
  probes: {
    startup: { httpGet: { path: "/health", port: "http" }, failureThreshold: 30, periodSeconds: 5 },
    readiness: {
      httpGet: {
        path: "/health",
        port: 3000,
        httpHeaders: [{ name: "Host", value: "social.example.com" }],
      },
      timeoutSeconds: 5,
    },
    liveness: {
      tcpSocket: { port: "http" },
      initialDelaySeconds: 5,
      terminationGracePeriodSeconds: 10,
    },
  },
  autoscale: {
    ...{ min: 1, max: 3, memory: 80 },
    metrics: [
      {
        type: "External",
        external: {
          metric: { name: "requests" },
          target: { type: "AverageValue", averageValue: "30" },
        },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
  },
  ingress: [
    {
      hosts: ["social.example.com", "www.example.com"],
      class: "nobody",
      annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "40m" },
      tls: [{ hosts: ["social.example.com"], secretName: "social-tls" }],
      paths: ["/", { path: "/api/v1/streaming", service: "streaming", port: 4000 }],
      awaitAddress: false,
    },
    {
      name: "admin",
      host: "admin.example.com",
      class: "nobody",
      path: "/admin",
      pathType: "Exact",
      awaitAddress: false,
    },
  ],
};
const streaming = {
  ...serving,
  env: { ROLE: "streaming" },
  port: 4000,
  service: {
    port: 4000,
    type: "LoadBalancer",
    loadBalancerClass: "example.com/none",
    externalTrafficPolicy: "Local",
  },
  probes: {
    startup: { ...health, failureThreshold: 30, periodSeconds: 5 },
    readiness: health,
    liveness: health,
  },
  route: {
    parents: [{ name: "public", namespace: "gateways", sectionName: "https" }],
    host: "streaming.example.com",
    paths: ["/api/v1/streaming"],
    timeouts: { request: "0s" },
  },
};
const worker = { ...common, replicas: 1 };
const sidekiq = {
  ...worker,
  env: { ROLE: "sidekiq", READY_FILE },
  ports: { metrics: { port: 9394, service: false } },
  probes: {
    readiness: { exec: { command: accessed(READY_FILE) }, periodSeconds: 2, failureThreshold: 2 },
  },
};
const scheduler = { ...worker, env: { ROLE: "scheduler" } };
const cache = { ...serving, env: { ROLE: "cache" }, port: 6379, service: { headless: true } };

let project: Project;
beforeAll(async () => {
  project = await Project.create("mastodon");
  await cp(join(import.meta.dirname, "../fixtures/mastodon"), join(project.folder, "mastodon"), {
    recursive: true,
  });
});
afterAll(async () => {
  await project.dispose().finally(async () => {
    if ((await cluster.find(definition, undefined, DEFINITION.metadata.name)) !== undefined) {
      await cluster.delete(DEFINITION);
    }
  });
});

const definition: Kind<KubernetesObject> = {
  apiVersion: DEFINITION.apiVersion,
  kind: DEFINITION.kind,
};

/** Asks until there is an answer. */
async function awaited<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let rest = 300; rest > 0; rest -= 1) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await sleep(300);
  }
  throw new Error(`nothing was found in 90 s by ${look.toString()}`);
}

function patchStatus(kind: string, name: string, status: object): Promise<string> {
  const place = ["--namespace", project.namespace, "--subresource=status", "--type=merge"];
  return kubectl(["patch", kind, name, ...place, "--patch", JSON.stringify({ status })]);
}

/** What a cloud and a Gateway's controller would do. */
async function playControllers(): Promise<void> {
  await awaited(() => cluster.find(SERVICE, project.namespace, "streaming"));
  await patchStatus("service", "streaming", {
    loadBalancer: { ingress: [{ hostname: "lb.example.com" }] },
  });
  const { metadata } = await awaited(() => cluster.find(ROUTE, project.namespace, "streaming"));
  const conditions = ["Accepted", "ResolvedRefs"].map((type) => ({
    ...{
      type,
      status: "True",
      reason: type,
      message: "",
      observedGeneration: metadata?.generation,
    },
    lastTransitionTime: new Date().toISOString(),
  }));
  const [parentRef] = streaming.route.parents;
  const parents = [{ parentRef, controllerName: "example.com/story", conditions }];
  await patchStatus("httproute", "streaming", { parents });
}

/** An object as the API server writes it: the client library renames `from`, and knows no fields of a definition's kind. */
async function written(kind: string, name: string): Promise<unknown> {
  const asked = ["get", kind, name, "--namespace", project.namespace, "--output", "json"];
  return JSON.parse(await kubectl(asked));
}

async function containerOf(name: string): Promise<V1Container> {
  const { spec } = await cluster.get(DEPLOYMENT, project.namespace, name);
  const [container] = spec?.template.spec?.containers ?? [];
  if (container === undefined) {
    throw new Error(`the deployment ${name} has no container`);
  }
  return container;
}

const recordsOf = async () =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases;

test("a route in a cluster without the Gateway API ends the run before anything is applied", async () => {
  expect(await cluster.find(definition, undefined, DEFINITION.metadata.name)).toBeUndefined();
  await project.settings({ services: { streaming } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `slipway:services.streaming.route: the cluster does not serve HTTPRoute of ${GROUP}/v1; have an administrator install the Gateway API`,
  );
  expect(output).not.toContain(`kubernetes:core/v1:Namespace`);
  // The client library does not know the fields of a schema that say what to keep.
  await kubectl(["create", "--filename", "-"], JSON.stringify(DEFINITION));
});

test("Mastodon's processes are delivered with their ports, probes and ways in", async () => {
  await project.settings({ services: { web, streaming, sidekiq, scheduler, cache } });
  const [{ output }] = await Promise.all([succeed(project.up()), playControllers()]);
  const records = await recordsOf();
  expect(Object.values(records).map(({ verdict }) => verdict)).toEqual(Array(5).fill("ready"));
  // A worker is proved by its process: for five seconds, and two of reports.
  expect(output).toContain("settling for 5 s");
  expect(records["scheduler"]?.seconds).toBeGreaterThan(5);

  const { endpoints } = await project.outputs<{ endpoints: Record<string, Endpoint> }>();
  const nowhere = { inCluster: null, address: null, public: null };
  expect(endpoints).toMatchObject({
    web: {
      inCluster: `http://web.${project.namespace}.svc.cluster.local:3000`,
      public: "https://social.example.com/",
      allPublic: [
        "https://social.example.com/",
        "http://www.example.com/",
        "http://admin.example.com/admin",
      ],
    },
    streaming: { public: "https://streaming.example.com/api/v1/streaming" },
    cache: { inCluster: `http://cache.${project.namespace}.svc.cluster.local:6379`, address: null },
    ...{ sidekiq: nowhere, scheduler: nowhere },
  });
});

test("the containers have the ports and probes as they were written", async () => {
  expect(await containerOf("web")).toMatchObject({
    ports: [
      { name: "http", containerPort: 3000, protocol: "TCP" },
      { name: "metrics", containerPort: 9394, protocol: "TCP" },
    ],
    startupProbe: { ...web.probes.startup, timeoutSeconds: 1 },
    readinessProbe: { ...web.probes.readiness, periodSeconds: 10, failureThreshold: 3 },
    livenessProbe: { ...web.probes.liveness, periodSeconds: 10 },
  });
  expect(await containerOf("streaming")).toMatchObject({
    startupProbe: streaming.probes.startup,
    readinessProbe: health,
    livenessProbe: health,
  });
  const judged = await containerOf("sidekiq");
  expect(judged.readinessProbe).toMatchObject(sidekiq.probes.readiness);
  expect([judged.livenessProbe, judged.startupProbe]).toEqual([undefined, undefined]);
  const plain = await containerOf("scheduler");
  const { ports, startupProbe, readinessProbe, livenessProbe, lifecycle } = plain;
  expect([ports, startupProbe, readinessProbe, livenessProbe, lifecycle]).toEqual(
    Array(5).fill(undefined),
  );
  const { spec } = await cluster.get(DEPLOYMENT, project.namespace, "web");
  // The startup probe allows 150 s, which is more than the deadline's default.
  expect(spec?.progressDeadlineSeconds).toBe(180);
});

test("the Services, policies and autoscaler are as they were written", async () => {
  const { namespace } = project;
  expect(await cluster.get(SERVICE, namespace, "web")).toMatchObject({
    metadata: { annotations: web.service.annotations, labels: web.service.labels },
    spec: {
      ...{ type: "ClusterIP", sessionAffinity: "ClientIP", internalTrafficPolicy: "Cluster" },
      sessionAffinityConfig: web.service.sessionAffinityConfig,
      ports: [
        { name: "http", port: 3000, targetPort: "http" },
        { name: "metrics", port: 9394, targetPort: "metrics" },
      ],
    },
  });
  expect((await cluster.get(SERVICE, namespace, "streaming")).spec).toMatchObject({
    ...{ type: "LoadBalancer", loadBalancerClass: "example.com/none" },
    externalTrafficPolicy: "Local",
    ports: [{ name: "http", port: 4000, targetPort: "http" }],
  });
  expect((await cluster.get(SERVICE, namespace, "cache")).spec?.clusterIP).toBe("None");
  for (const name of ["sidekiq", "scheduler"]) {
    expect(await cluster.find(SERVICE, namespace, name)).toBeUndefined();
  }
  const from = [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
      podSelector: { matchLabels: prometheus.pods },
    },
  ];
  expect(await written("networkpolicy", "web")).toMatchObject({
    spec: {
      ingress: [
        { ports: [{ port: "http", protocol: "TCP" }] },
        { from, ports: [{ port: "metrics", protocol: "TCP" }] },
      ],
    },
  });
  const closed = (await written("networkpolicy", "scheduler")) as { spec?: object };
  expect(closed.spec).toMatchObject({ policyTypes: ["Ingress", "Egress"] });
  expect(closed.spec).not.toHaveProperty("ingress");
  const use = { name: "memory", target: { type: "Utilization", averageUtilization: 80 } };
  expect(await written("horizontalpodautoscaler", "web")).toMatchObject({
    spec: {
      metrics: expect.arrayContaining([
        { type: "Resource", resource: use },
        ...web.autoscale.metrics,
      ]) as unknown,
      behavior: web.autoscale.behavior,
    },
  });
});

test("the Ingresses and the route are as they were written", async () => {
  const { namespace } = project;
  const backend = (name: string, port: object) => ({ service: { name, port } });
  const paths = [
    { path: "/", pathType: "Prefix", backend: backend("web", { name: "http" }) },
    {
      path: "/api/v1/streaming",
      pathType: "Prefix",
      backend: backend("streaming", { number: 4000 }),
    },
  ];
  const [first] = web.ingress;
  expect(await cluster.get(INGRESS, namespace, "web")).toMatchObject({
    metadata: { annotations: first?.annotations },
    spec: {
      ingressClassName: "nobody",
      tls: first?.tls,
      rules: first?.hosts?.map((host) => ({ host, http: { paths } })),
    },
  });
  expect((await cluster.get(INGRESS, namespace, "web-admin")).spec?.rules).toEqual([
    {
      host: "admin.example.com",
      http: {
        paths: [{ path: "/admin", pathType: "Exact", backend: backend("web", { name: "http" }) }],
      },
    },
  ]);
  expect(await written("httproute", "streaming")).toMatchObject({
    spec: {
      parentRefs: streaming.route.parents,
      hostnames: ["streaming.example.com"],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: "/api/v1/streaming" } }],
          timeouts: { request: "0s" },
          backendRefs: [{ name: "streaming", port: 4000 }],
        },
      ],
    },
  });
});

test("a worker that crashes while it settles fails at once, and one that ends by itself as well; both make way", async () => {
  const services = { web, streaming, cache };
  const crashing = { ...scheduler, env: { ROLE: "crashing" } };
  const ending = { ...worker, env: { ROLE: "ending" } };
  await project.settings({ services: { ...services, scheduler: crashing, sidekiq: ending } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /scheduler: crash-loop after \d+ s: ended once .*, last with exit code 1 \(Error\); it had been ready for [1-4] s, and settleSeconds asks for 5 s/,
  );
  expect(output).toMatch(
    /sidekiq: crash-loop after \d+ s: ended .* with exit code 0 \(Completed\)/,
  );
  expect(output).toContain("the queue is gone");
  const records = await recordsOf();
  const failed = { verdict: "failed", reason: "crash-loop", running: { verdict: "ready" } };
  expect(records).toMatchObject({
    ...{ scheduler: failed, sidekiq: failed },
    ...{ web: { verdict: "ready" }, streaming: { verdict: "ready" } },
  });
});

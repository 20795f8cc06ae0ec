// Proves how settings become ports, probes, ways in and an autoscaler. Cannot prove that an API server takes the objects nor that a kubelet
// asks so: test/e2e/real-services-mastodon.test.ts does.
import { publicAddresses } from "../../components/endpoint.ts";
import { containerManifest } from "../../components/manifests/container.ts";
import { deploymentManifest } from "../../components/manifests/deployment.ts";
import { horizontalPodAutoscalerManifest } from "../../components/manifests/horizontal-pod-autoscaler.ts";
import { httpRouteManifests } from "../../components/manifests/http-route.ts";
import { ingressManifests } from "../../components/manifests/ingress.ts";
import { networkPolicyManifest } from "../../components/manifests/network-policy.ts";
import { serviceManifest } from "../../components/manifests/service.ts";
import { workloadHash, workloadManifests } from "../../components/manifests/workload.ts";
import { complete } from "../../components/complete-service.ts";
import type { Service, ServiceDefinition } from "../../components/service-definition.ts";
import { removeFolders } from "../support/folder.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { settingFaults, settingsOf, VALID } from "../support/stack-config.ts";

afterAll(removeFolders);

const PLACE = { name: "shop", namespace: "store", version: "0123abcd", pullSecret: undefined };
const worker = (definition: ServiceDefinition = {}): Service => complete(PLACE, definition);

/** The service that these keys give, as the program has it. */
function parsed(keys: object, name = "shop"): Service {
  const build = { context: "shop" };
  const { services } = settingsOf({ ...VALID, services: { [name]: { build, ...keys } } });
  return complete({ ...PLACE, name }, services[name] as ServiceDefinition);
}

/** The faults of a service with these keys, a line each. */
function faults(keys: object, others: object = {}): string[] {
  const shop = { build: { context: "shop" }, ...keys };
  const found = settingFaults({ ...VALID, services: { shop, ...others } });
  return found.map((line) => line.replace("slipway:services.shop", ""));
}

const containerOf = (subject: Service) => containerManifest(subject, IMAGE);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a service without a port", () => {
  test("has no Service, no port, no probe, and an opening for nobody", () => {
    const objects = workloadManifests(worker(), IMAGE);
    expect(objects.service).toBeUndefined();
    expect(Object.keys(containerOf(worker())).sort()).toEqual(
      ["env", "image", "name", "resources", "securityContext", "volumeMounts"].sort(),
    );
    const { spec } = plain(networkPolicyManifest(worker())) as { spec: object };
    expect(spec).toMatchObject({ policyTypes: ["Ingress", "Egress"] });
    expect(spec).not.toHaveProperty("ingress");
  });

  test("is told to end at once, because it serves nobody meanwhile, unless it says otherwise", () => {
    expect(worker().drainSeconds).toBe(0);
    expect(worker({ drainSeconds: 3 }).drainSeconds).toBe(3);
    expect(worker({ ports: { metrics: 9090 } }).drainSeconds).toBe(5);
  });

  test.each<[string, object, string]>([
    ["health", { health: "/up" }, '.health: got "/up"; allowed: with port'],
    ["ready", { ready: "/up" }, '.ready: got "/up"; allowed: with port'],
    [
      "ingress",
      { ingress: { host: "a.example.com" } },
      ".ingress: needs a port; allowed: with port",
    ],
    ["route", { route: { parents: [{ name: "g" }] } }, ".route: needs a port; allowed: with port"],
    ["service", { service: { type: "NodePort" } }, ".service: needs a port; allowed: with port"],
    [
      "a probe that does not say how",
      { probes: { liveness: { periodSeconds: 5 } } },
      ".probes.liveness: says nothing of how to ask, and there is no port",
    ],
    [
      "a probe of the port that it does not have",
      { probes: { liveness: { httpGet: { path: "/" } } } },
      ".probes.liveness.httpGet.port: missing; allowed: a number",
    ],
  ])("must not have %s", (_, keys, fault) => {
    expect(faults(keys)).toContainEqual(expect.stringContaining(fault));
  });
});

describe("ports", () => {
  const many = {
    port: 3000,
    ports: {
      metrics: { port: 9394, from: [{ namespace: "monitoring", pods: { app: "prometheus" } }] },
      grpc: { port: 50051, service: 443, appProtocol: "kubernetes.io/h2c" },
      syslog: { port: 5514, protocol: "UDP" },
      debug: { port: 9229, service: false },
    },
  };

  test("are the container's, the Service's and the policy's, each as it says", () => {
    const subject = parsed(many);
    expect(containerOf(subject).ports).toEqual([
      { name: "http", containerPort: 3000, protocol: "TCP" },
      { name: "metrics", containerPort: 9394, protocol: "TCP" },
      { name: "grpc", containerPort: 50051, protocol: "TCP" },
      { name: "syslog", containerPort: 5514, protocol: "UDP" },
      { name: "debug", containerPort: 9229, protocol: "TCP" },
    ]);
    expect(serviceManifest(subject)?.spec).toMatchObject({
      ports: [
        { name: "http", port: 80, targetPort: "http", protocol: "TCP" },
        { name: "metrics", port: 9394, targetPort: "metrics", protocol: "TCP" },
        { name: "grpc", port: 443, targetPort: "grpc", appProtocol: "kubernetes.io/h2c" },
        { name: "syslog", port: 5514, targetPort: "syslog", protocol: "UDP" },
      ],
    });
    expect(plain(networkPolicyManifest(subject))).toMatchObject({
      spec: {
        ingress: [
          {
            ports: [
              { port: "http", protocol: "TCP" },
              { port: "grpc", protocol: "TCP" },
              { port: "syslog", protocol: "UDP" },
              { port: "debug", protocol: "TCP" },
            ],
          },
          {
            from: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
                podSelector: { matchLabels: { app: "prometheus" } },
              },
            ],
            ports: [{ port: "metrics", protocol: "TCP" }],
          },
        ],
      },
    });
  });

  test("of a worker have a Service without the main one", () => {
    const subject = parsed({ ports: { metrics: 9394 } });
    expect(serviceManifest(subject)?.spec).toMatchObject({
      ports: [{ name: "metrics", port: 9394 }],
    });
    expect(containerOf(subject)).not.toHaveProperty("readinessProbe");
  });

  test("say who may come to the main one as well, by address or by labels of the own namespace", () => {
    const from = [{ cidr: "10.0.0.0/8" }, { pods: { "app.kubernetes.io/name": "web" } }];
    expect(plain(networkPolicyManifest(parsed({ port: 80, service: { from } })))).toMatchObject({
      spec: {
        ingress: [
          {
            from: [
              { ipBlock: { cidr: "10.0.0.0/8" } },
              { podSelector: { matchLabels: { "app.kubernetes.io/name": "web" } } },
            ],
            ports: [{ port: "http", protocol: "TCP" }],
          },
        ],
      },
    });
  });

  test.each<[string, object, string]>([
    [
      "twice the same of the container",
      { port: 80, ports: { web: 80 } },
      ".ports.web: got 80; http has port 80/TCP, too: the container listens on it only once",
    ],
    [
      "twice the same of the Service",
      { port: 8080, ports: { web: { port: 8081, service: 80 } } },
      ".ports.web: got 80; http has port 80/TCP, too: the Service has it only once",
    ],
    [
      "a name that is taken",
      { port: 80, ports: { http: 81 } },
      '.ports.http: got "http"; allowed: the name of a port',
    ],
    [
      "a name that is too long",
      { ports: { "a-name-of-sixteen": 81 } },
      "allowed: the name of a port",
    ],
    ["a name of digits", { ports: { 8080: 81 } }, "allowed: the name of a port"],
    [
      "no number",
      { ports: { web: "http" } },
      '.ports.web: got "http"; allowed: a whole number from 1 to 65535',
    ],
    [
      "a protocol that there is not",
      { ports: { web: { port: 81, protocol: "HTTP" } } },
      '.ports.web.protocol: got "HTTP"; allowed: TCP, UDP, SCTP',
    ],
    [
      "an unknown key",
      { ports: { web: { port: 81, frm: [] } } },
      ".ports.web.frm: unknown key; allowed: port, protocol, service, nodePort, appProtocol, from; did you mean from?",
    ],
    [
      "nobody",
      { ports: { web: { port: 81, from: [] } } },
      ".ports.web.from: got []; allowed: at least one",
    ],
    [
      "a node's port inside the cluster",
      { port: 80, service: { nodePort: 30080 } },
      ".service.nodePort: got 30080; allowed: with type: NodePort or LoadBalancer, and it is ClusterIP",
    ],
  ])("refuse %s", (_, keys, fault) => {
    expect(faults(keys)).toContainEqual(expect.stringContaining(fault));
  });

  test("that differ by their protocol alone are two", () => {
    expect(faults({ ports: { dns: 53, "dns-udp": { port: 53, protocol: "UDP" } } })).toEqual([]);
  });
});

describe("the Service", () => {
  test("is as Kubernetes' own words say, with annotations beside Slipway's", () => {
    const said = {
      port: 8080,
      type: "LoadBalancer",
      nodePort: 30080,
      annotations: { "service.beta.kubernetes.io/aws-load-balancer-type": "nlb" },
      labels: { tier: "edge" },
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
      externalTrafficPolicy: "Local",
      loadBalancerClass: "service.k8s.aws/nlb",
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      ipFamilyPolicy: "PreferDualStack",
    };
    const { metadata, spec } = serviceManifest(parsed({ port: 3000, service: said })) ?? {};
    const { port, annotations, labels, nodePort, ...same } = said;
    expect(spec).toMatchObject({
      ...same,
      ports: [{ name: "http", port, targetPort: "http", protocol: "TCP", nodePort }],
    });
    expect(metadata).toMatchObject({
      annotations: {
        ...annotations,
        "pulumi.com/skipAwait": "true",
        "pulumi.com/patchForce": "true",
      },
      labels: { ...labels, "app.kubernetes.io/name": "shop" },
    });
  });

  test("that is headless has the pods' port, and no address of its own", () => {
    const { spec } = serviceManifest(parsed({ port: 6379, service: { headless: true } })) ?? {};
    expect(spec).toMatchObject({ type: "ClusterIP", clusterIP: "None", ports: [{ port: 6379 }] });
  });

  test.each<[string, object, string]>([
    [
      "a policy for traffic from outside",
      { externalTrafficPolicy: "Local" },
      '.service.externalTrafficPolicy: got "Local"; allowed: with type: NodePort or LoadBalancer',
    ],
    [
      "a class",
      { type: "NodePort", loadBalancerClass: "x" },
      '.service.loadBalancerClass: got "x"; allowed: with type: LoadBalancer, and it is NodePort',
    ],
    [
      "an address to wait for",
      { awaitAddress: false },
      ".service.awaitAddress: got false; allowed: with type: LoadBalancer",
    ],
    [
      "both",
      { headless: true, type: "NodePort" },
      ".service.headless: allowed: with type: ClusterIP, and it is NodePort",
    ],
    [
      "times of an affinity that there is not",
      { sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } },
      '.service.sessionAffinityConfig: got {"clientIP":{"timeoutSeconds":1}}; allowed: with sessionAffinity: ClientIP',
    ],
    [
      "a name by DNS",
      { type: "ExternalName" },
      '.service.type: got "ExternalName"; allowed: ClusterIP, NodePort, LoadBalancer',
    ],
    [
      "Slipway's own annotation",
      { annotations: { "pulumi.com/skipAwait": "false" } },
      '.service.annotations["pulumi.com/skipAwait"]: is Slipway\'s own; allowed: others',
    ],
  ])("refuses %s", (_, said, fault) => {
    expect(faults({ port: 80, service: said })).toContainEqual(expect.stringContaining(fault));
  });

  test("of a worker's other ports has no wish for the port that it lacks", () => {
    expect(faults({ ports: { metrics: 9090 }, service: { port: 80 } })).toEqual([
      expect.stringContaining(".service.port: is about port, which is not set"),
    ]);
  });
});

describe("probes", () => {
  test("are as they were written, with Kubernetes' own defaults", () => {
    const subject = parsed({
      port: 3000,
      ports: { grpc: 50051 },
      probes: {
        startup: {
          httpGet: {
            path: "/health?full=1",
            scheme: "HTTPS",
            httpHeaders: [{ name: "Host", value: "a.example.com" }],
          },
          failureThreshold: 30,
          periodSeconds: 5,
        },
        readiness: {
          grpc: { port: 50051, service: "ready" },
          timeoutSeconds: 3,
          successThreshold: 2,
        },
        liveness: {
          exec: { command: ["test", "-f", "/tmp/alive"] },
          initialDelaySeconds: 20,
          terminationGracePeriodSeconds: 5,
        },
      },
    });
    expect(plain(containerOf(subject))).toMatchObject({
      startupProbe: {
        httpGet: {
          path: "/health?full=1",
          port: "http",
          scheme: "HTTPS",
          httpHeaders: [{ name: "Host", value: "a.example.com" }],
        },
        failureThreshold: 30,
        periodSeconds: 5,
      },
      readinessProbe: {
        grpc: { port: 50051, service: "ready" },
        timeoutSeconds: 3,
        successThreshold: 2,
      },
      livenessProbe: {
        exec: { command: ["test", "-f", "/tmp/alive"] },
        initialDelaySeconds: 20,
        terminationGracePeriodSeconds: 5,
      },
    });
    expect(containerOf(subject).readinessProbe).not.toHaveProperty("periodSeconds");
  });

  test("of the three each is none where it says so, and Slipway's own where it says nothing", () => {
    const subject = parsed({ port: 80, probes: { liveness: "none", startup: false } });
    expect(containerOf(subject)).not.toHaveProperty("livenessProbe");
    expect(containerOf(subject)).not.toHaveProperty("startupProbe");
    expect(containerOf(subject).readinessProbe).toEqual(containerOf(service()).readinessProbe);
    const bare = containerOf(parsed({ port: 80, probes: "none" }));
    expect(Object.keys(bare).filter((key) => key.endsWith("Probe"))).toEqual([]);
  });

  test("that give times alone ask as the short form does", () => {
    const subject = parsed({
      port: 80,
      health: "/up",
      probes: { liveness: { periodSeconds: 30 }, startup: { periodSeconds: 10 } },
    });
    expect(containerOf(subject)).toMatchObject({
      livenessProbe: {
        httpGet: { path: "/up", port: "http" },
        periodSeconds: 30,
        failureThreshold: 3,
      },
      startupProbe: { httpGet: { path: "/up" }, periodSeconds: 10, failureThreshold: 12 },
    });
  });

  test("have the deadline follow the start that they allow", () => {
    const slow = { httpGet: { path: "/" }, periodSeconds: 10, failureThreshold: 60 };
    const deadline = (keys: object) => parsed({ port: 80, ...keys }).verdict.deadlineSeconds;
    expect(deadline({})).toBe(120);
    expect(deadline({ probes: { startup: slow } })).toBe(630);
    expect(deadline({ probes: { startup: { failureThreshold: 300 } } })).toBe(330);
    expect(deadline({ probes: { startup: slow }, deadlineSeconds: 700 })).toBe(700);
    expect(deadline({ probes: { readiness: { initialDelaySeconds: 200 } } })).toBe(232);
    expect(deadline({ probes: { liveness: { initialDelaySeconds: 900 } } })).toBe(120);
    const { spec } = deploymentManifest(parsed({ port: 80, probes: { startup: slow } }), IMAGE);
    expect(spec).toMatchObject({ progressDeadlineSeconds: 630 });
  });

  test("and a longer settlement fit the deadline that follows from them", () => {
    const probes = { startup: { failureThreshold: 300 } };
    expect(faults({ port: 80, probes, settleSeconds: 200 })).toEqual([]);
    expect(faults({ port: 80, settleSeconds: 200 })).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    [
      "a deadline that is shorter than the start",
      { deadlineSeconds: 120, probes: { startup: { httpGet: {}, failureThreshold: 60 } } },
      ".deadlineSeconds: got 120; probes allow a container 600 s until it is ready; allowed: at least that",
    ],
    [
      "a limit of the whole wait that is shorter than the start",
      { timeoutSeconds: 300, probes: { startup: { httpGet: {}, failureThreshold: 60 } } },
      ".timeoutSeconds: got 300; probes allow a container 600 s until it is ready; allowed: at least that",
    ],
    [
      "a start that is longer than any deadline",
      { probes: { startup: { httpGet: {}, failureThreshold: 600 } } },
      ".probes: probes allow a container 6000 s until it is ready; allowed: at most 3600 s",
    ],
    [
      "health beside a liveness probe",
      { health: "/up", probes: { liveness: { tcpSocket: {} } } },
      '.health: got "/up"; probes.liveness says how to ask, too; allowed: one of them',
    ],
    [
      "health beside a startup probe that is none",
      { health: "/up", probes: { startup: "none" } },
      '.health: got "/up"; probes.startup says how to ask, too',
    ],
    [
      "ready beside a readiness probe",
      { ready: "/up", probes: { readiness: { httpGet: {} } } },
      '.ready: got "/up"; probes.readiness says how to ask, too',
    ],
    [
      "health beside none",
      { health: "/up", probes: "none" },
      '.health: got "/up"; probes says how to ask, too',
    ],
    [
      "two ways to ask",
      { probes: { liveness: { httpGet: {}, exec: { command: ["a"] } } } },
      ".probes.liveness: has httpGet and exec; allowed: one of them",
    ],
    [
      "a port that there is not",
      { probes: { liveness: { tcpSocket: { port: "admin" } } } },
      '.probes.liveness.tcpSocket.port: got "admin"; allowed: a number, or one of http',
    ],
    [
      "two successes of a liveness probe",
      { probes: { liveness: { successThreshold: 2 } } },
      ".probes.liveness.successThreshold: got 2; allowed: 1 for the liveness probe",
    ],
    [
      "an end of a readiness probe",
      { probes: { readiness: { terminationGracePeriodSeconds: 2 } } },
      ".probes.readiness.terminationGracePeriodSeconds: unknown key; allowed: initialDelaySeconds,",
    ],
    [
      "another host",
      { probes: { liveness: { httpGet: { host: "example.com" } } } },
      ".probes.liveness.httpGet.host: unknown key; allowed: path, port, scheme, httpHeaders",
    ],
    [
      "a word that Kubernetes does not have",
      { probes: { liveness: { periodseconds: 5 } } },
      ".probes.liveness.periodseconds: unknown key",
    ],
    [
      "a probe that there is not",
      { probes: { live: {} } },
      ".probes.live: unknown key; allowed: startup, readiness, liveness",
    ],
    [
      "no mapping",
      { probes: { liveness: 5 } },
      ".probes.liveness: got 5; allowed: one of httpGet, tcpSocket, grpc, exec, and the probe's times, or none",
    ],
  ])("refuse %s", (_, keys, fault) => {
    expect(faults({ port: 80, ...keys })).toContainEqual(expect.stringContaining(fault));
  });
});

describe("the way in by Ingresses", () => {
  test("has hosts, paths to other services, types, annotations and certificates", () => {
    const ingress = {
      hosts: ["a.example.com", "b.example.com"],
      class: "nginx",
      annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "40m" },
      labels: { tier: "edge" },
      paths: [
        "/",
        { path: "/api/v1/streaming", pathType: "Exact", service: "streaming" },
        { path: "/metrics", port: "metrics" },
      ],
      tls: [{ hosts: ["a.example.com"], secretName: "a-tls" }, { hosts: ["b.example.com"] }],
    };
    const keys = { port: 3000, ports: { metrics: 9394 }, ingress };
    const streaming = { build: { context: "shop" }, port: 4000 };
    expect(faults(keys, { streaming })).toEqual([]);
    const subject = worker(keys as ServiceDefinition);
    const backend = (name: string, port: string) => ({ service: { name, port: { name: port } } });
    const paths = [
      { path: "/", pathType: "Prefix", backend: backend("shop", "http") },
      { path: "/api/v1/streaming", pathType: "Exact", backend: backend("streaming", "http") },
      { path: "/metrics", pathType: "Prefix", backend: backend("shop", "metrics") },
    ];
    expect(plain(ingressManifests(subject))).toMatchObject([
      {
        metadata: { name: "shop", annotations: ingress.annotations, labels: ingress.labels },
        spec: {
          ingressClassName: "nginx",
          tls: [{ hosts: ["a.example.com"], secretName: "a-tls" }, { hosts: ["b.example.com"] }],
          rules: [
            { host: "a.example.com", http: { paths } },
            { host: "b.example.com", http: { paths } },
          ],
        },
      },
    ]);
    expect(publicAddresses(subject)).toEqual([
      "https://a.example.com/",
      "https://a.example.com/metrics",
      "https://b.example.com/",
      "https://b.example.com/metrics",
    ]);
  });

  test("may be several, of which one has the service's name", () => {
    const ingress = [
      { host: "a.example.com" },
      { name: "internal", host: "a.corp", class: "internal", tls: true as const },
    ];
    const subject = worker({ port: 80, ingress });
    const objects = workloadManifests(subject, IMAGE);
    expect(objects.ingress?.metadata.name).toBe("shop");
    expect(plain(objects.otherIngresses)).toMatchObject([
      { metadata: { name: "shop-internal" }, spec: { tls: [{ hosts: ["a.corp"] }] } },
    ]);
    expect(publicAddresses(subject)).toEqual(["http://a.example.com/", "https://a.corp/"]);
    expect(workloadHash(subject, IMAGE)).not.toBe(
      workloadHash(worker({ port: 80, ingress: ingress.slice(0, 1) }), IMAGE),
    );
  });

  test("has no pattern in the addresses of the outputs", () => {
    const ingress = {
      host: "a.example.com",
      path: "/api(/|$)(.*)",
      pathType: "ImplementationSpecific",
    } as const;
    expect(faults({ port: 80, ingress })).toEqual([]);
    expect(publicAddresses(worker({ port: 80, ingress }))).toEqual(["http://a.example.com/"]);
  });

  test.each<[string, unknown, string]>([
    ["no host", [{ path: "/" }], ".ingress[0].host: missing; allowed: a host name"],
    [
      "host and hosts",
      { host: "a.example.com", hosts: ["b.example.com"] },
      ".ingress.hosts: is there beside host",
    ],
    [
      "path and paths",
      { host: "a.example.com", path: "/", paths: ["/a"] },
      ".ingress.paths: is there beside path",
    ],
    [
      "a pattern that is none",
      { host: "a.example.com", path: "/a?b" },
      '.ingress.path: got "/a?b"; allowed: a path such as /api',
    ],
    [
      "two without a name",
      [{ host: "a.example.com" }, { host: "b.example.com" }],
      ".ingress[1].name: missing; allowed: one without a name",
    ],
    [
      "a certificate for somebody else's host",
      { host: "a.example.com", tls: [{ hosts: ["b.example.com"] }] },
      '.ingress.tls[0].hosts: got "b.example.com"; allowed: hosts of this Ingress, a.example.com',
    ],
    [
      "a service that there is not",
      { host: "a.example.com", paths: [{ path: "/", service: "streaming" }] },
      '.ingress.paths[0].service: got "streaming"; allowed: a service of this stack, one of shop',
    ],
    [
      "a port that the Service does not have",
      { host: "a.example.com", paths: [{ path: "/", port: "grpc" }] },
      '.ingress.paths[0].port: got "grpc"; allowed: a port that the Service has, by name or number: http (80)',
    ],
    [
      "an unknown key of a path",
      { host: "a.example.com", paths: [{ path: "/", typ: 1 }] },
      ".ingress.paths[0].typ: unknown key",
    ],
    ["none of several", [], ".ingress: got []; allowed: at least one"],
  ])("refuses %s", (_, ingress, fault) => {
    expect(faults({ port: 80, ingress })).toContainEqual(expect.stringContaining(fault));
  });

  test("of two services may not have the same object", () => {
    const ingress = [{ host: "a.example.com" }, { name: "api", host: "b.example.com" }];
    const other = { build: { context: "shop" }, port: 80, ingress: { host: "c.example.com" } };
    expect(faults({ port: 80, ingress }, { "shop-api": other })).toEqual([
      expect.stringContaining("services.shop has one that is called so, too"),
    ]);
  });
});

describe("the way in by routes", () => {
  const parents = [{ name: "public", namespace: "gateways", sectionName: "https" }];

  test("leads hosts and paths from Gateways to the Service's port, with filters as they are", () => {
    const filters = [
      { type: "ResponseHeaderModifier", responseHeaderModifier: { remove: ["server"] } },
    ];
    const route = {
      parents,
      hosts: ["a.example.com"],
      paths: [
        "/",
        {
          path: "/old",
          pathType: "Exact",
          filters: [{ type: "RequestRedirect", requestRedirect: { statusCode: 301 } }],
        },
      ],
      filters,
      timeouts: { request: "10s" },
      annotations: { "example.com/a": "b" },
    };
    expect(faults({ port: 3000, route })).toEqual([]);
    const subject = worker({ port: 3000, service: { port: 8080 }, route: route as never });
    expect(plain(httpRouteManifests(subject))).toMatchObject([
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: {
          name: "shop",
          annotations: { "example.com/a": "b", "pulumi.com/skipAwait": "true" },
        },
        spec: {
          parentRefs: parents,
          hostnames: ["a.example.com"],
          rules: [
            {
              matches: [{ path: { type: "PathPrefix", value: "/" } }],
              filters,
              timeouts: { request: "10s" },
              backendRefs: [{ name: "shop", port: 8080 }],
            },
            { matches: [{ path: { type: "Exact", value: "/old" } }] },
          ],
        },
      },
    ]);
    const [{ spec } = { spec: undefined }] = httpRouteManifests(subject);
    expect(spec?.rules[1]).not.toHaveProperty("backendRefs");
    expect(publicAddresses(subject)).toEqual([
      "https://a.example.com/",
      "https://a.example.com/old",
    ]);
  });

  test("takes rules in Kubernetes' own words, and completes where they lead", () => {
    const rules = [
      {
        matches: [{ headers: [{ name: "canary", value: "1" }] }],
        backendRefs: [{ name: "other", port: 80 }],
      },
      {},
    ];
    const route = { parents, host: "a.example.com", rules, scheme: "http" } as const;
    expect(faults({ port: 80, route })).toEqual([]);
    const subject = worker({ port: 80, route });
    expect(plain(httpRouteManifests(subject))).toMatchObject([
      { spec: { rules: [rules[0], { backendRefs: [{ name: "shop", port: 80 }] }] } },
    ]);
    expect(publicAddresses(subject)).toEqual(["http://a.example.com/"]);
  });

  test.each<[string, unknown, string]>([
    [
      "no parent",
      { host: "a.example.com" },
      ".route.parents: missing; allowed: a list of Gateways",
    ],
    [
      "an empty list of parents",
      { parents: [] },
      ".route.parents: got []; allowed: at least one Gateway",
    ],
    [
      "rules beside paths",
      { parents, rules: [{}], paths: ["/"] },
      ".route.paths: is there beside rules",
    ],
    [
      "an Ingress's path type",
      { parents, pathType: "Prefix" },
      '.route.pathType: got "Prefix"; allowed: PathPrefix, Exact, RegularExpression',
    ],
  ])("refuses %s", (_, route, fault) => {
    expect(faults({ port: 80, route })).toContainEqual(expect.stringContaining(fault));
  });
});

describe("the autoscaler", () => {
  const aims = (autoscale: object) => {
    const subject = parsed({ port: 80, autoscale: { min: 2, max: 4, ...autoscale } });
    return plain(horizontalPodAutoscalerManifest(subject)?.spec) as { metrics: object[] };
  };
  const use = (name: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  });
  const queue = {
    type: "External",
    external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: "30" } },
  };

  test("aims at the CPU where nothing else is said, and at nothing that is not said otherwise", () => {
    expect(aims({}).metrics).toEqual([use("cpu", 70)]);
    expect(aims({ memory: 80 }).metrics).toEqual([use("memory", 80)]);
    expect(aims({ cpu: 60, memory: 80, metrics: [queue] }).metrics).toEqual([
      use("cpu", 60),
      use("memory", 80),
      queue,
    ]);
    expect(aims({ metrics: [queue] }).metrics).toEqual([queue]);
    expect(aims({ metrics: [] }).metrics).toEqual([use("cpu", 70)]);
  });

  test("scales as quickly as it is told", () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    expect(aims({ behavior })).toMatchObject({ behavior });
    expect(aims({})).not.toHaveProperty("behavior");
  });

  test.each<[object, string]>([
    [
      { metrics: [{ type: "Queue", queue: {} }] },
      '.autoscale.metrics[0]: got {"type":"Queue","queue":{}}; allowed: a metric in Kubernetes\' own words',
    ],
    [{ metrics: [{ type: "Pods", external: {} }] }, ".autoscale.metrics[0]: got"],
    [{ behavior: { up: {} } }, ".autoscale.behavior.up: unknown key; allowed: scaleUp, scaleDown"],
    [
      { memory: "80%" },
      '.autoscale.memory: got "80%"; allowed: a whole number from 1 to 100; in percent of the request',
    ],
  ])("refuses %j", (autoscale, fault) => {
    expect(faults({ port: 80, autoscale: { min: 1, max: 2, ...autoscale } })).toContainEqual(
      expect.stringContaining(fault),
    );
  });
});

/** How a service is reached and asked for its health, with every key that there is for it. */
export const EDGE = {
  port: 3000,
  ports: {
    grpc: 50051,
    metrics: {
      port: 9394,
      protocol: "TCP",
      service: 9000,
      nodePort: 30394,
      appProtocol: "http",
      from: [
        { cidr: "10.0.0.0/8" },
        { namespace: "monitoring", pods: { app: "prometheus" } },
        { pods: { app: "shop" } },
      ],
    },
  },
  service: {
    port: 8080,
    type: "LoadBalancer",
    headless: false,
    nodePort: 30080,
    appProtocol: "http",
    annotations: { "example.com/a": "b" },
    labels: { tier: "edge" },
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    externalTrafficPolicy: "Local",
    internalTrafficPolicy: "Local",
    trafficDistribution: "PreferSameZone",
    loadBalancerClass: "example.com/lb",
    loadBalancerSourceRanges: ["10.0.0.0/8"],
    allocateLoadBalancerNodePorts: true,
    publishNotReadyAddresses: true,
    ipFamilyPolicy: "PreferDualStack",
    ipFamilies: ["IPv4", "IPv6"],
    awaitAddress: false,
    from: [{ namespace: "edge", pods: { app: "gateway" } }, { cidr: "10.0.0.0/8" }],
  },
  autoscale: {
    min: 2,
    max: 4,
    memory: 80,
    metrics: [{ type: "Pods", pods: {} }],
    behavior: { scaleUp: {}, scaleDown: {} },
  },
  ingress: [
    {
      hosts: ["a.example.com", "b.example.com"],
      paths: ["/", { path: "/api", pathType: "Exact", service: "shop", port: "http" }],
      tls: [{ hosts: ["a.example.com"], secretName: "a" }],
      annotations: { "example.com/a": "b" },
      labels: { tier: "edge" },
    },
    { name: "other", host: "c.example.com", path: "/c", pathType: "Prefix", tls: true },
  ],
  route: [
    {
      parents: [
        {
          name: "public",
          namespace: "gateways",
          sectionName: "https",
          port: 443,
          kind: "Gateway",
          group: "gateway.networking.k8s.io",
        },
      ],
      hosts: ["d.example.com"],
      paths: ["/", { path: "/api", pathType: "Exact", service: "shop", port: 80, filters: [{}] }],
      filters: [{ type: "URLRewrite" }],
      timeouts: { request: "10s" },
      annotations: { "example.com/a": "b" },
      labels: { tier: "edge" },
      scheme: "http",
    },
    {
      name: "other",
      parents: [{ name: "public" }],
      host: "e.example.com",
      path: "/e",
      pathType: "PathPrefix",
    },
    { name: "rules", parents: [{ name: "public" }], rules: [{}] },
  ],
};

const TIMES = {
  initialDelaySeconds: 1,
  periodSeconds: 2,
  timeoutSeconds: 3,
  failureThreshold: 4,
  successThreshold: 1,
};
const END = { terminationGracePeriodSeconds: 5 };

const HANDLERS = {
  http: {
    httpGet: {
      path: "/",
      port: "http",
      scheme: "HTTPS",
      httpHeaders: [{ name: "Host", value: "a" }],
    },
  },
  tcp: { tcpSocket: { port: 80 } },
  grpc: { grpc: { port: 80, service: "alive" } },
  exec: { exec: { command: ["true"] } },
};

/** Services by the way in which they are asked, with every key that a probe has. */
export const ASKED = Object.fromEntries(
  Object.entries(HANDLERS).map(([name, handler]) => {
    const readiness = { ...handler, ...TIMES };
    const other = { ...readiness, ...END };
    return [name, { port: 80, probes: { startup: other, readiness, liveness: other } }];
  }),
);

/** Where in {@link EDGE} names are those of the user or of Kubernetes. */
export const NAMED_IN_EDGE = [
  "ports",
  "ports.*.from.pods",
  "service.from.pods",
  ...["service", "ingress", "route"].flatMap((way) => [`${way}.annotations`, `${way}.labels`]),
  "autoscale.metrics",
  "route.filters",
  "route.timeouts",
  "route.rules",
  "route.paths.filters",
];

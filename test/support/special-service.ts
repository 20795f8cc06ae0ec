import type { ServiceDefinition } from "../../components/service-definition.ts";

/** Every key of placement, identity, exceptions and patches. */
export const SPECIAL = {
  build: { context: "shop" },
  port: 80,
  user: 0,
  allow: ["root"],
  nodeSelector: { disk: "ssd" },
  tolerations: [
    { key: "a", operator: "Equal", value: "b", effect: "NoExecute", tolerationSeconds: 5 },
  ],
  affinity: {
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
    podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: {} },
      matchLabelKeys: ["pod-template-hash"],
      minDomains: 2,
      nodeAffinityPolicy: "Honor",
      nodeTaintsPolicy: "Ignore",
    },
  ],
  priorityClassName: "high",
  runtimeClassName: "gvisor",
  hostAliases: [{ ip: "10.0.0.1", hostnames: ["db", "db.example.com"] }],
  dnsPolicy: "None",
  dnsConfig: {
    nameservers: ["10.0.0.10"],
    searches: ["example.com"],
    options: [{ name: "ndots", value: "2" }],
  },
  group: 0,
  fsGroup: 3000,
  supplementalGroups: [4000],
  labels: { team: "shop" },
  annotations: { "example.com/owner": "shop" },
  serviceAccount: {
    annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/shop" },
    token: { audience: "vault", path: "/var/run/secrets/tokens/vault", expirationSeconds: 600 },
  },
  pullSecrets: ["one"],
  pod: { hostname: "counter" },
  patches: {
    deployment: { kind: "Deployment" },
    service: { kind: "Service" },
    serviceAccount: { kind: "ServiceAccount" },
    networkPolicy: { kind: "NetworkPolicy" },
    podDisruptionBudget: { kind: "PodDisruptionBudget" },
    horizontalPodAutoscaler: { kind: "HorizontalPodAutoscaler" },
    ingress: { kind: "Ingress" },
    podMonitor: { kind: "PodMonitor" },
    prometheusRule: { kind: "PrometheusRule" },
  },
} as const satisfies ServiceDefinition & { readonly build: object };

/** Where its names are the user's. */
export const CHOSEN = [
  "nodeSelector",
  "labels",
  "annotations",
  "serviceAccount.annotations",
  "pod",
  ...Object.keys(SPECIAL.patches).map((object) => `patches.${object}`),
  ...Object.keys(SPECIAL.affinity).map((kind) => `affinity.${kind}`),
  "topologySpreadConstraints.labelSelector",
];

import type { Rendered } from "../../components/rendered/object.ts";
import { pluralOf } from "../../contract/names.ts";
import { IMAGE, type Json } from "./deploy-objects.ts";

/** Pods of the level `restricted`, with what no lane chooses. */
const pods = (more: Json = {}, labels: Json = {}) => ({
  metadata: {
    labels: { app: "own", ...labels },
    annotations: { "prometheus.io/scrape": "true", "checksum/config": "a".repeat(64) },
  },
  spec: {
    nodeSelector: { disk: "ssd" },
    tolerations: [{ key: "team", operator: "Exists" }],
    priorityClassName: "own",
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "own",
        image: IMAGE,
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "own", key: "a" } } }],
        livenessProbe: { httpGet: { host: "10.0.0.1", port: 80 } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
    volumes: [
      {
        name: "token",
        projected: {
          sources: [
            { serviceAccountToken: { path: "token" } },
            { downwardAPI: { items: [{ path: "n", fieldRef: { fieldPath: "metadata.name" } }] } },
          ],
        },
      },
      { name: "data", persistentVolumeClaim: { claimName: "own" } },
      { name: "host", hostPath: { path: "/proc" } },
    ],
    ...more,
  },
});
const selector = { matchLabels: { app: "own" } };
const ending = { restartPolicy: "Never", serviceAccountName: "runner" };

/** One object of each kind of manifests that the deploy lane writes, with what it could not write by itself. */
const OBJECTS: readonly Json[] = [
  { ...at("apps/v1", "Deployment"), spec: { selector, template: pods() } },
  {
    ...at("apps/v1", "StatefulSet"),
    spec: { selector, serviceName: "own", template: pods({ serviceAccountName: "default" }) },
  },
  { ...at("apps/v1", "DaemonSet"), spec: { selector, template: pods() } },
  { ...at("batch/v1", "Job"), spec: { suspend: true, template: pods(ending) } },
  {
    ...at("batch/v1", "CronJob"),
    spec: { schedule: "@yearly", jobTemplate: { spec: { template: pods(ending) } } },
  },
  {
    ...at("networking.k8s.io/v1", "Ingress", { "cert-manager.io/cluster-issuer": "own" }),
    spec: {
      ingressClassName: "own",
      defaultBackend: { service: { name: "own", port: { number: 80 } } },
      rules: [
        { host: "own.example.com", http: { paths: [path("/a", "Exact"), path("/b", "Prefix")] } },
        { http: { paths: [{ ...path("", "ImplementationSpecific"), path: undefined }] } },
      ],
      tls: [{ hosts: ["own.example.com"], secretName: "own-tls" }, { secretName: "own-tls" }],
    },
  },
  {
    ...at("v1", "PersistentVolumeClaim", { "helm.sh/resource-policy": "keep" }),
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  },
  {
    ...at("v1", "Service", { "service.beta.kubernetes.io/aws-load-balancer-type": "nlb" }),
    spec: {
      type: "LoadBalancer",
      externalIPs: ["192.0.2.1"],
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      ports: [{ port: 80 }],
    },
  },
  {
    ...at("v1", "ServiceAccount", { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/own" }),
    imagePullSecrets: [{ name: "pull" }],
  },
  { ...at("v1", "ConfigMap"), data: {} },
  {
    ...at("autoscaling/v2", "HorizontalPodAutoscaler"),
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "own" },
    },
  },
  { ...at("policy/v1", "PodDisruptionBudget"), spec: { selector } },
  { ...at("networking.k8s.io/v1", "NetworkPolicy"), spec: { podSelector: {} } },
];

function at(apiVersion: string, kind: string, annotations: Json = {}): Json {
  return { apiVersion, kind, metadata: { name: "own", annotations } };
}

function path(written: string, pathType: string) {
  return { path: written, pathType, backend: { service: { name: "own", port: { number: 80 } } } };
}

/** These objects as manifests of a namespace. */
export function ownManifests(namespace: string): Rendered[] {
  return OBJECTS.map((object) => ({
    object: {
      ...object,
      metadata: { ...(object["metadata"] as object), namespace },
    } as unknown as Rendered["object"],
    origin: "",
    resource: pluralOf(String(object["kind"])),
    isHome: true,
    stage: 5,
  }));
}

/** A kind of the API server, as its rules and policies name it. */
export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** In the plural. */
  readonly resource: string;
}

const apps = { group: "apps", version: "v1" };
const core = { group: "", version: "v1" };
const batch = { group: "batch", version: "v1" };
const rbac = { group: "rbac.authorization.k8s.io", version: "v1" };
const networking = { group: "networking.k8s.io", version: "v1" };

/** The kinds that rules may be about. */
export const KINDS = {
  Pod: { ...core, resource: "pods" },
  Deployment: { ...apps, resource: "deployments" },
  StatefulSet: { ...apps, resource: "statefulsets" },
  DaemonSet: { ...apps, resource: "daemonsets" },
  ReplicaSet: { ...apps, resource: "replicasets" },
  ReplicationController: { ...core, resource: "replicationcontrollers" },
  Job: { ...batch, resource: "jobs" },
  CronJob: { ...batch, resource: "cronjobs" },
  Service: { ...core, resource: "services" },
  Secret: { ...core, resource: "secrets" },
  ConfigMap: { ...core, resource: "configmaps" },
  ServiceAccount: { ...core, resource: "serviceaccounts" },
  PersistentVolumeClaim: { ...core, resource: "persistentvolumeclaims" },
  Role: { ...rbac, resource: "roles" },
  RoleBinding: { ...rbac, resource: "rolebindings" },
  ClusterRole: { ...rbac, resource: "clusterroles" },
  ClusterRoleBinding: { ...rbac, resource: "clusterrolebindings" },
  Ingress: { ...networking, resource: "ingresses" },
  NetworkPolicy: { ...networking, resource: "networkpolicies" },
  HorizontalPodAutoscaler: {
    group: "autoscaling",
    version: "v2",
    resource: "horizontalpodautoscalers",
  },
  PodDisruptionBudget: { group: "policy", version: "v1", resource: "poddisruptionbudgets" },
} as const satisfies Readonly<Record<string, Kind>>;

/** The name of a kind that rules may be about. */
export type KindName = keyof typeof KINDS;

/** Kinds in no namespace: no policy of a namespace sees them. */
export const OF_CLUSTER: readonly KindName[] = ["ClusterRole", "ClusterRoleBinding"];

/** Kinds that keep pods running. */
export const SERVING = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
] as const satisfies readonly KindName[];

/** Kinds that have pods. */
export const WITH_PODS = [
  "Pod",
  ...SERVING,
  "Job",
  "CronJob",
] as const satisfies readonly KindName[];

/** Whether rules may be about this kind: by its group and version, too. */
export function isKind(kind: string, apiVersion: string): kind is KindName {
  const known: Kind | undefined = Object.hasOwn(KINDS, kind) ? KINDS[kind as KindName] : undefined;
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return known?.group === group;
}

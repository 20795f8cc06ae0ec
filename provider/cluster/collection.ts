import type { ReadinessInputs } from "../../contract/readiness.ts";
import {
  kindOf,
  type OfKind,
  resourceOfKind,
  type WorkloadKind,
} from "../../contract/workload-kind.ts";
import type { Query } from "./api.ts";

/** A kind of object as the API server serves it: where its objects of a namespace are listed and watched. */
export interface Collection {
  /** As in RBAC rules. */
  readonly resource: string;
  /** As in RBAC rules; empty for the core group. */
  readonly group: string;
  readonly query: Query;
  path(namespace: string): string;
}

/** The namespace of events about objects outside of namespaces. */
export const DEFAULT_NAMESPACE = "default";

/** What verdicts are made from. */
export const COLLECTIONS = {
  deployments: collection("apps", "v1", "deployments"),
  replicaSets: collection("apps", "v1", "replicasets"),
  statefulSets: collection("apps", "v1", "statefulsets"),
  daemonSets: collection("apps", "v1", "daemonsets"),
  controllerRevisions: collection("apps", "v1", "controllerrevisions"),
  rollouts: collection("argoproj.io", "v1alpha1", "rollouts"),
  analysisRuns: collection("argoproj.io", "v1alpha1", "analysisruns"),
  pods: collection("", "v1", "pods"),
  services: collection("", "v1", "services"),
  endpointSlices: collection("discovery.k8s.io", "v1", "endpointslices"),
  ingresses: collection("networking.k8s.io", "v1", "ingresses"),
  httpRoutes: collection("gateway.networking.k8s.io", "v1", "httproutes"),
  warnings: collection("", "v1", "events", { fieldSelector: "type=Warning" }),
  pulls: collection("", "v1", "events", { fieldSelector: "reason=Pulled" }),
  /** What an autoscaler says about pods without a node: the field selector knows no "or". */
  placements: collection("", "v1", "events", {
    fieldSelector: [
      "involvedObject.kind=Pod",
      "type=Normal",
      ...["Scheduled", "Pulling", "Pulled", "Created", "Started", "Killing"].map(
        (reason) => `reason!=${reason}`,
      ),
    ].join(","),
  }),
  /** Of all types, but not about pods, whose events are most. */
  happenings: collection("", "v1", "events", { fieldSelector: "involvedObject.kind!=Pod" }),
} as const;

/** The runs of CronJobs, which are awaited one by one. */
export const JOBS = collection("batch", "v1", "jobs");

/** The name of one of them. */
export type CollectionName = keyof typeof COLLECTIONS;

/** A collection as people write it, e.g. `deployments.apps`. */
export function nameOfCollection({ resource, group }: Collection): string {
  return group === "" ? resource : `${resource}.${group}`;
}

/** Without these there is no verdict; without the others it has less evidence. */
export function neededFor({
  serviceName,
  ingress,
  routes,
  deployment = {},
}: Pick<ReadinessInputs, "serviceName" | "ingress" | "routes"> & {
  /** @default - a Deployment */
  readonly deployment?: OfKind;
}): CollectionName[] {
  return [
    ...KEPT[kindOf(deployment)],
    "pods",
    ...(serviceName === undefined ? [] : ROUTING),
    ...(ingress === undefined ? [] : (["ingresses"] as const)),
    ...(routes === undefined ? [] : (["httpRoutes"] as const)),
  ];
}

/** Objects of a kind, and where its controller keeps pod templates. */
const KEPT: Readonly<Record<WorkloadKind, readonly CollectionName[]>> = {
  Deployment: ["deployments", "replicaSets"],
  StatefulSet: ["statefulSets", "controllerRevisions"],
  DaemonSet: ["daemonSets", "controllerRevisions"],
  CronJob: [],
  Rollout: ["rollouts", "replicaSets", "analysisRuns"],
};

const ROUTING: readonly CollectionName[] = ["services", "endpointSlices"];

/** Where objects of a kind are listed. */
export function collectionOfKind(kind: WorkloadKind): Collection {
  const { group, version, resource } = resourceOfKind(kind);
  return collection(group, version, resource);
}

/** Where an API version is served. */
export function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function collection(
  group: string,
  version: string,
  resource: string,
  query: Query = {},
): Collection {
  const root = rootOf(group === "" ? version : `${group}/${version}`);
  const path = (namespace: string) => `${root}/namespaces/${namespace}/${resource}`;
  return { resource, group, query, path };
}

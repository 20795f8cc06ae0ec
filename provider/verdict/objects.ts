import type {
  CoreV1Event,
  V1Condition,
  V1Container,
  V1ContainerStatus,
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1EndpointSlice,
  V1Ingress,
  V1Job,
  V1Namespace,
  V1ObjectMeta,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import type { Grace } from "./grace.ts";

/** Set by the Deployment controller on the Deployment and on the ReplicaSet of its present template. */
export const REVISION = "deployment.kubernetes.io/revision";

/** The library's types are of parsed objects; in the JSON that the API server sends a time is a string. */
type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

/** Metadata of any object. */
export type ObjectMeta = Json<V1ObjectMeta>;
/** A condition of any status. */
export type Condition = Pick<Json<V1Condition>, "type" | "status"> & Partial<Json<V1Condition>>;
/** As the API server sends it. */
export type Deployment = Json<V1Deployment>;
/** As the API server sends it. */
export type ReplicaSet = Json<V1ReplicaSet>;
/** As the API server sends it. */
export type Pod = Json<V1Pod>;
/** A container of a pod template. */
export type Container = Json<V1Container>;
/** What the kubelet reports of a container. */
export type ContainerStatus = Json<V1ContainerStatus>;
/** As the API server sends it. */
export type Service = Json<V1Service>;
/** As the API server sends it. */
export type EndpointSlice = Json<V1EndpointSlice>;
/** As the API server sends it. */
export type Ingress = Json<V1Ingress>;
/** As the API server sends it. */
export type Namespace = Json<V1Namespace>;
/** As the API server sends it. */
export type Event = Json<CoreV1Event>;
/** As the API server sends it. */
export type Job = Json<V1Job>;
/** As the API server sends it. */
export type StatefulSet = Json<V1StatefulSet>;
/** As the API server sends it. */
export type DaemonSet = Json<V1DaemonSet>;
/** As the API server sends it. */
export type ControllerRevision = Json<V1ControllerRevision>;
/** As the API server sends it. */
export type CronJob = Json<V1CronJob>;
/** As the API server sends it. */
export type PersistentVolumeClaim = Json<V1PersistentVolumeClaim>;

/** What a route is attached to, as the route names it. */
export interface ParentReference {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

/** An HTTPRoute of the Gateway API, as far as its verdict looks at it. */
export interface HttpRoute {
  readonly metadata?: ObjectMeta;
  readonly spec?: {
    readonly parentRefs?: readonly ParentReference[];
    readonly hostnames?: readonly string[];
  };
  readonly status?: {
    readonly parents?: readonly {
      readonly parentRef: ParentReference;
      readonly conditions?: readonly Condition[];
    }[];
  };
}

/** A Secret or ConfigMap that a pod cannot start without. */
export interface ConfigReference {
  readonly kind: "secret" | "configmap";
  readonly name: string;
  /** The key in it that is needed, undefined if the object itself is. */
  readonly key: string | undefined;
}

/** A container that listens, by its log, but not where its probes ask. */
export interface Elsewhere {
  readonly pod: string;
  readonly container: string;
}

/** All of a namespace that uses room of a quota, and gives it back. */
export interface Neighbourhood {
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
}

/** What the cluster shows of one release at one moment: all that a verdict is made from. */
export interface Observed {
  /** The Deployment of the release's name, whatever its uid; or what is in its place, as far as that has the same fields. */
  readonly deployment: Deployment | undefined;
  /**
   * The StatefulSet in its place.
   * @default - none
   */
  readonly statefulSet?: StatefulSet;
  /**
   * The DaemonSet in its place.
   * @default - none
   */
  readonly daemonSet?: DaemonSet;
  /** Those that the Deployment owns, old ones too; or a controller's revisions in the same form: see `revisionOf`. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Those of these revisions. */
  readonly pods: readonly Pod[];
  readonly service: Service | undefined;
  readonly endpointSlices: readonly EndpointSlice[];
  readonly ingress: Ingress | undefined;
  /**
   * The other Ingresses of the release.
   * @default - none
   */
  readonly otherIngresses?: readonly Ingress[];
  /**
   * The HTTPRoutes of the release.
   * @default - none
   */
  readonly routes?: readonly HttpRoute[];
  /** Warning events of the Deployment, its ReplicaSets and their pods. */
  readonly warnings: readonly Event[];
  /**
   * All of the namespace, while the API server accepts no pods of the release: what leaves may make room.
   * @default - what belongs to the Deployment
   */
  readonly neighbourhood?: Neighbourhood;
  /**
   * Events other than warnings in which an autoscaler reports on these pods.
   * @default - none
   */
  readonly placements?: readonly Event[];
  /**
   * Events in which the kubelet says that it has the image of a container of these pods.
   * @default - none
   */
  readonly pulls?: readonly Event[];
  /**
   * What pods that are being created need, and is missing.
   * @default - nothing
   */
  readonly absent?: readonly ConfigReference[];
  /**
   * Containers that listen where nobody asks, by their logs.
   * @default - none
   */
  readonly elsewhere?: readonly Elsewhere[];
  /**
   * What may pass by itself, as closer looks have shown.
   * @default - nothing
   */
  readonly graces?: readonly Grace[];
  /**
   * When this was, by the cluster's clock, in milliseconds since 1970.
   * @default - unknown; then nothing counts as older than the wait
   */
  readonly clusterTime?: number;
}

/**
 * What is in a Deployment's place, for rules that look at what both have: metadata, pod template, number of pods,
 * observed generation.
 */
export function asDeployment(
  workload: StatefulSet | DaemonSet | CronJob | undefined,
): Deployment | undefined {
  return workload as unknown as Deployment | undefined;
}

/** What is known of a cluster that has not answered. */
export const UNSEEN: Observed = {
  deployment: undefined,
  replicaSets: [],
  pods: [],
  service: undefined,
  endpointSlices: [],
  ingress: undefined,
  warnings: [],
};

/** The object's name; objects of the API server always have one. */
export function nameOf(object: { readonly metadata?: ObjectMeta }): string {
  return object.metadata?.name ?? "";
}

/** The object's uid; objects of the API server always have one. */
export function uidOf(object: { readonly metadata?: ObjectMeta }): string {
  return object.metadata?.uid ?? "";
}

/** The uid of the object that controls this one. */
export function ownerOf(object: { readonly metadata?: ObjectMeta }): string | undefined {
  return object.metadata?.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}

/** The volume claims that a pod mounts, by name. */
export function claimsOf({ spec }: Pod): string[] {
  const { volumes = [] } = spec ?? {};
  return volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

interface Conditioned<C> {
  readonly status?: { readonly conditions?: readonly C[] } | undefined;
}

/** The condition of a type, undefined if the object does not have it. */
export function condition<C extends { readonly type: string }>(
  { status }: Conditioned<C>,
  type: string,
): C | undefined {
  return status?.conditions?.find((candidate) => candidate.type === type);
}

/** Whether the object has a condition of this type that is met. */
export function isTrue(object: Conditioned<Condition>, type: string): boolean {
  return condition(object, type)?.status === "True";
}

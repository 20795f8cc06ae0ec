import type {
  CoreV1Event,
  KubernetesObject,
  V1ConfigMap,
  V1Deployment,
  V1Ingress,
  V1Namespace,
  V1Pod,
  V1ReplicaSet,
  V1Role,
  V1Secret,
  V1Service,
} from "@kubernetes/client-node";

/** A kind together with its type: what `cluster` reads. */
export interface Kind<T> {
  readonly apiVersion: string;
  readonly kind: string;
  /** Never set; it only carries the type. */
  readonly object?: T;
}

export const DEPLOYMENT: Kind<V1Deployment> = { apiVersion: "apps/v1", kind: "Deployment" };
export const REPLICA_SET: Kind<V1ReplicaSet> = { apiVersion: "apps/v1", kind: "ReplicaSet" };
export const POD: Kind<V1Pod> = { apiVersion: "v1", kind: "Pod" };
export const CONFIG_MAP: Kind<V1ConfigMap> = { apiVersion: "v1", kind: "ConfigMap" };
export const SECRET: Kind<V1Secret> = { apiVersion: "v1", kind: "Secret" };
export const SERVICE: Kind<V1Service> = { apiVersion: "v1", kind: "Service" };
export const NAMESPACE: Kind<V1Namespace> = { apiVersion: "v1", kind: "Namespace" };
export const INGRESS: Kind<V1Ingress> = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
export const EVENT: Kind<CoreV1Event> = { apiVersion: "v1", kind: "Event" };

export const ROLE: Kind<V1Role> = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
};

export const SEALED_SECRET: Kind<SealedSecret> = {
  apiVersion: "bitnami.com/v1alpha1",
  kind: "SealedSecret",
};

export const EXTERNAL_SECRET: Kind<KubernetesObject> = {
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
};

/** What the tests look at of a SealedSecret. */
export interface SealedSecret extends KubernetesObject {
  readonly spec?: { readonly encryptedData?: Readonly<Record<string, string>> };
}

/** An object as one writes it down. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

import type { ObjectRules } from "../../contract/object-readiness.ts";
import { at, groupOf, type ManifestObject } from "./object.ts";

/** How an object is awaited. */
export interface Await {
  /** @default - Slipway's rules for its kind */
  readonly rules?: ObjectRules;
  /** Whether what comes after it waits for it: a claim may wait for its first pod. */
  readonly holdsBack: boolean;
}

/** Kinds that are awaited; any other is ready once it is applied. */
const AWAITED: Readonly<Record<string, Await>> = {
  // In the stack's namespace it is a release.
  "apps/Deployment": {
    rules: { ready: { type: "Available" }, failed: { type: "Progressing", status: "False" } },
    holdsBack: true,
  },
  "apps/StatefulSet": { holdsBack: true },
  "apps/DaemonSet": { holdsBack: true },
  "batch/Job": { holdsBack: true },
  "/PersistentVolumeClaim": { holdsBack: false },
  "/Pod": { rules: { ready: { type: "Ready" } }, holdsBack: true },
  "apiextensions.k8s.io/CustomResourceDefinition": {
    rules: { ready: { type: "Established" }, failed: { type: "NamesAccepted", status: "False" } },
    holdsBack: true,
  },
  "apiregistration.k8s.io/APIService": {
    rules: { ready: { type: "Available" } },
    holdsBack: false,
  },
  "cert-manager.io/Certificate": { holdsBack: true },
  "external-secrets.io/ExternalSecret": { holdsBack: true },
  "bitnami.com/SealedSecret": { rules: { ready: { type: "Synced" } }, holdsBack: true },
  "cert-manager.io/Issuer": { holdsBack: true },
  "cert-manager.io/ClusterIssuer": { holdsBack: true },
  "external-secrets.io/SecretStore": { holdsBack: true },
  "external-secrets.io/ClusterSecretStore": { holdsBack: true },
  "postgresql.cnpg.io/Cluster": { holdsBack: true },
  "kafka.strimzi.io/Kafka": { holdsBack: true },
  "kafka.strimzi.io/KafkaTopic": { holdsBack: true },
  "rabbitmq.com/RabbitmqCluster": {
    rules: { ready: { type: "AllReplicasReady" } },
    holdsBack: true,
  },
  "gateway.networking.k8s.io/Gateway": {
    rules: { ready: { type: "Programmed" } },
    holdsBack: false,
  },
  // What it scales may come after it.
  "keda.sh/ScaledObject": { rules: { ready: { type: "Ready" } }, holdsBack: false },
  "keda.sh/ScaledJob": { rules: { ready: { type: "Ready" } }, holdsBack: false },
};

/** How an object is awaited, undefined if it is not. */
export function awaitOf(object: ManifestObject): Await | undefined {
  const isSuspended = object.kind === "Job" && at(object, "spec", "suspend") === true;
  return isSuspended ? undefined : AWAITED[`${groupOf(object)}/${object.kind}`];
}

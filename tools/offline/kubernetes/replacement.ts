import { parsePath, valueAt } from "../../../wire/property-path.ts";
import type { Configuration } from "./configuration.ts";
import { groupOf, type KubernetesObject } from "./object.ts";

/** What the provider lets change in place. */
export type Mutable = Pick<Configuration, "enableSecretMutable" | "enableConfigMapMutable">;

const CONTAINER =
  "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir";
const POD =
  "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds volumes";
const VOLUME =
  "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume";

/** Fields whose change the official plugin answers with a new object, by group and kind. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  "/PersistentVolume": below("spec", VOLUME),
  "/PersistentVolumeClaim": below("spec", "accessModes selector storageClassName volumeName"),
  "/Pod": [
    ...below("spec", POD),
    ...below("spec.containers[*]", CONTAINER),
    ...below("spec.initContainers[*]", CONTAINER),
  ],
  "/ResourceQuota": ["spec.scopes"],
  "/Secret": ["type"],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": below(
    "spec",
    "podManagementPolicy revisionHistoryLimit selector serviceName volumeClaimTemplates",
  ),
  "batch/Job": below("spec", "completions parallelism selector template"),
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** Whether a change calls for a new object. */
export function isFixed(path: string, newer: KubernetesObject, mutable: Mutable): boolean {
  const keys = parsePath(path);
  return ["metadata.name", "metadata.namespace", ...fixedFields(newer, mutable)].some((field) =>
    touches(parsePath(field), keys, newer),
  );
}

function fixedFields(newer: KubernetesObject, mutable: Mutable): readonly string[] {
  const key = `${groupOf(newer.apiVersion)}/${newer.kind}`;
  const isSealed = newer["immutable"] === true;
  if (key === "/ConfigMap" && (isSealed || !mutable.enableConfigMapMutable)) {
    return ["data", "binaryData"];
  }
  if (key === "/Secret" && (isSealed || !mutable.enableSecretMutable)) {
    return ["type", "data", "stringData"];
  }
  return FIXED[key] ?? [];
}

/** Whether a changed path lies in a field, or has the field among what it now holds. */
function touches(field: readonly string[], path: readonly string[], value: unknown): boolean {
  const [key, ...rest] = field;
  if (key === undefined) {
    return true;
  }
  const [at, ...deeper] = path;
  if (at !== undefined) {
    return (key === "*" || key === at) && touches(rest, deeper, valueAt(value, [at]));
  }
  const children = key === "*" && Array.isArray(value) ? value : [valueAt(value, [key])];
  return children.some((child) => child !== undefined && touches(rest, [], child));
}

function below(field: string, names: string): string[] {
  return names.split(" ").map((name) => `${field}.${name}`);
}

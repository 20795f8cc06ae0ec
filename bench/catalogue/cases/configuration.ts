import { AT_ONCE, type Case, type Failure, scriptContainer } from "../case.ts";
import type { Manifest } from "../../../testbed/kinds.ts";

/** Seconds for which a volume may not be mounted. */
const MOUNTS = 60;

const missing: Failure = { reason: "config-missing", from: "container-refused", within: AT_ONCE };

/** Secrets, ConfigMaps and volumes that are not as the service wants them. */
export const CONFIGURATION: readonly Case[] = [
  {
    name: "secret-missing",
    title: "a variable comes from a Secret that does not exist",
    settings: { env: { TOKEN: { secret: "payment", key: "token" } } },
    expected: missing,
  },
  {
    name: "secret-never-made",
    title: "a variable comes from a Secret that a controller is to make, and does not",
    settings: {
      env: { TOKEN: { secret: "payment", key: "token" } },
      tolerate: { configSeconds: 10 },
    },
    objects: () => [issued("payment")],
    expected: { ...missing, within: 10 + AT_ONCE },
  },
  {
    name: "secret-key-missing",
    title: "a variable comes from a key that its Secret does not have",
    settings: { env: { TOKEN: { secret: "payment", key: "token" } } },
    objects: () => [secret("payment", { password: "not the token" })],
    expected: missing,
  },
  {
    name: "secret-file-missing",
    title: "a file comes from a Secret that does not exist",
    settings: { files: { "/etc/shop/token": { secret: "payment", key: "token" } } },
    expected: { reason: "config-missing", from: "mount-failed", within: AT_ONCE },
  },
  {
    name: "secret-file-key-missing",
    title: "a file comes from a key that its Secret does not have",
    settings: { files: { "/etc/shop/token": { secret: "payment", key: "token" } } },
    objects: () => [secret("payment", { password: "not the token" })],
    expected: { reason: "config-missing", from: "running", within: AT_ONCE },
  },
  {
    name: "secret-of-all-missing",
    title: "all variables come from a Secret that does not exist",
    fault: () => ({ container: { envFrom: [{ secretRef: { name: "payment" } }] } }),
    expected: missing,
  },
  {
    name: "secret-of-init-missing",
    title: "a variable of an init container comes from a Secret that does not exist",
    fault: ({ shop: image }) => ({
      pod: {
        initContainers: [
          {
            ...scriptContainer("migrate", image, ""),
            envFrom: [{ secretRef: { name: "payment" } }],
          },
        ],
      },
    }),
    expected: missing,
  },
  {
    name: "secret-projected-missing",
    title: "a projected volume has a Secret in it that does not exist",
    fault: () => volume({ projected: { sources: [{ secret: { name: "payment" } }] } }),
    expected: { reason: "config-missing", from: "mount-failed", within: AT_ONCE },
  },
  {
    name: "config-map-missing",
    title: "variables come from a ConfigMap that does not exist",
    fault: () => ({ container: { envFrom: [{ configMapRef: { name: "features" } }] } }),
    expected: missing,
  },
  {
    name: "config-map-key-missing",
    title: "a variable comes from a key that its ConfigMap does not have",
    fault: () => ({ container: { env: [variable("features", "colour")] } }),
    objects: () => [configMap("features", { size: "large" })],
    expected: missing,
  },
  {
    name: "volume-not-on-the-node",
    title: "the folder of the pods' volume does not exist on the node",
    settings: { replicas: 1 },
    fault: () => volume({ persistentVolumeClaim: { claimName: "data" } }),
    objects: (namespace) => onTheNode(namespace, "/no/such/folder"),
    expected: { reason: "volume-not-mounted", from: "mount-failed", within: MOUNTS + AT_ONCE },
  },
  {
    name: "config-map-volume-missing",
    title: "a volume comes from a ConfigMap that does not exist",
    fault: () => volume({ configMap: { name: "features" } }),
    expected: { reason: "config-missing", from: "mount-failed", within: AT_ONCE },
  },
  {
    name: "config-map-volume-key-missing",
    title: "a volume comes from a key that its ConfigMap does not have",
    fault: () =>
      volume({ configMap: { name: "features", items: [{ key: "colour", path: "colour" }] } }),
    objects: () => [configMap("features", { size: "large" })],
    expected: { reason: "config-missing", from: "mount-failed", within: AT_ONCE },
  },
];

/** An object from which the Sealed Secrets controller is to make a Secret, and cannot: nobody has sealed its value. */
export function issued(name: string): Manifest {
  return {
    apiVersion: "bitnami.com/v1alpha1",
    kind: "SealedSecret",
    metadata: { name },
    spec: { encryptedData: { token: "bm90IHNlYWxlZA==" } },
  };
}

/** A Secret with these values. */
export function secret(name: string, stringData: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData };
}

function configMap(name: string, data: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

function variable(name: string, key: string) {
  return { name: "COLOUR", valueFrom: { configMapKeyRef: { name, key } } };
}

/** A claim, and the volume that it is bound to: a folder of the platform's node. */
function onTheNode(namespace: string, path: string): Manifest[] {
  const resources = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] };
  const here = { key: "kubernetes.io/hostname", operator: "Exists" };
  return [
    {
      ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: namespace } },
      spec: {
        ...resources,
        storageClassName: "",
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } },
        claimRef: { namespace, name: "data" },
      },
    },
    {
      ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" } },
      spec: {
        storageClassName: "",
        volumeName: namespace,
        accessModes: resources.accessModes,
        resources: { requests: resources.capacity },
      },
    },
  ];
}

function volume(source: object) {
  return {
    pod: { volumes: [{ name: "data", ...source }] },
    container: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
  };
}

import { cluster } from "../../testbed/cluster.ts";

/** A folder of the node, as pods see it. */
export interface MountedFolder {
  /** Of the claim. */
  readonly namespace: string;
  /** Of the claim. */
  readonly name: string;
  readonly path: string;
}

/**
 * Offers a folder of the node to pods that may mount no such folder by themselves.
 *
 * Creates a `PersistentVolume` and its `PersistentVolumeClaim`; the claim goes with its namespace.
 *
 * @returns what takes the volume away
 */
export async function mountFolder(folder: MountedFolder): Promise<() => Promise<unknown>> {
  const { namespace, name, path } = folder;
  const volume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${namespace}-${name}` },
  };
  const same = {
    storageClassName: "",
    accessModes: ["ReadWriteMany"],
  };
  await cluster.create({
    ...volume,
    spec: {
      ...same,
      capacity: { storage: "1Gi" },
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path, type: "Directory" },
      claimRef: { namespace, name },
    },
  });
  await cluster.create({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { namespace, name },
    spec: {
      ...same,
      volumeName: volume.metadata.name,
      resources: { requests: { storage: "1Gi" } },
    },
  });
  return () => cluster.delete(volume);
}

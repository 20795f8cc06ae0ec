import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { KubernetesObject } from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import type { Kind } from "../../testbed/kinds.ts";

const NODE: Kind<KubernetesObject> = { apiVersion: "v1", kind: "Node" };

/** Which claim a volume is for, and of which class. */
export interface VolumeFor {
  readonly namespace: string;
  readonly claim: string;
  /** @default - none, as in a cluster without storage classes */
  readonly class?: string;
}

/** A folder of the node as a volume for one claim: unlike one of `hostPath` it gets the pods' group. */
export class LocalVolume {
  /** The folder, on the machine that the node is. */
  readonly path: string;
  private readonly folder: string;
  private readonly name: string;

  private constructor(folder: string, path: string, name: string) {
    this.folder = folder;
    this.path = path;
    this.name = name;
  }

  static async create({ namespace, claim, class: className }: VolumeFor): Promise<LocalVolume> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-volume-"));
    const volume = new LocalVolume(folder, join(folder, "data"), `${namespace}-${claim}`);
    await mkdir(volume.path);
    await cluster.create({
      ...volume.reference(),
      spec: {
        storageClassName: className ?? "",
        // A claim has what its volume has: as much as any of the stories asks for.
        capacity: { storage: "10Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { namespace, name: claim },
        local: { path: volume.path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [await here()] }] } },
      },
    });
    return volume;
  }

  async dispose(): Promise<void> {
    await cluster.delete(this.reference());
    await rm(this.folder, { recursive: true, force: true });
  }

  private reference() {
    const { name } = this;
    return { apiVersion: "v1", kind: "PersistentVolume", metadata: { name } };
  }
}

/** The node that has a kubelet. */
async function here() {
  const nodes = await cluster.list(NODE, "");
  const real = nodes.find(({ metadata }) => metadata?.labels?.["kwok.x-k8s.io/node"] === undefined);
  const values = [real?.metadata?.labels?.["kubernetes.io/hostname"] ?? ""];
  return { key: "kubernetes.io/hostname", operator: "In", values };
}

import { join } from "node:path";

import { CoreV1Api, type V1Pod } from "@kubernetes/client-node";

import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import type { Manifest } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { ApiProxy } from "./api-proxy.ts";
import { type Mood, RegistryProxy } from "./registry-proxy.ts";
import type { Symptom } from "./symptoms.ts";
import type { Witness } from "./witness.ts";

/** The images that the catalogue runs. */
export interface Images {
  /** The example, pinned. */
  readonly shop: string;
  /** Another build of it. */
  readonly other: string;
  /** What they are built from; it runs as root. */
  readonly base: string;
}

/** Kinds that have no namespace. */
const CLUSTER_WIDE: readonly string[] = [
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
];

/** Where a case is played: its namespace, and all that is made for it and goes when it is over. */
export class Stage {
  readonly #undo: (() => unknown)[] = [];
  #disturbedAt: number | undefined;

  readonly namespace: string;
  readonly images: Images;
  readonly witness: Witness;
  private readonly folder: string;

  /** @param folder a folder of its own, removed with it */
  constructor(namespace: string, images: Images, witness: Witness, folder: string) {
    this.namespace = namespace;
    this.images = images;
    this.witness = witness;
    this.folder = folder;

    this.#undo.push(() => {
      witness.dismiss();
    });
  }

  /** When the case made the trouble, in milliseconds by `performance.now()`. */
  get disturbedAt(): number | undefined {
    return this.#disturbedAt;
  }

  /** Says that the trouble begins now. */
  disturb(): void {
    this.#disturbedAt ??= performance.now();
  }

  /** Makes an object; what has no namespace is deleted when the case is over. */
  async create(manifest: Manifest): Promise<void> {
    if (!CLUSTER_WIDE.includes(manifest.kind)) {
      const metadata = { namespace: this.namespace, ...manifest.metadata };
      await cluster.create({ ...manifest, metadata });
      return;
    }
    this.#undo.push(() => remove(manifest));
    await cluster.create(manifest);
  }

  /** Changes an object as somebody else; lists of named things are merged by name. */
  async change(manifest: Manifest): Promise<void> {
    const metadata = CLUSTER_WIDE.includes(manifest.kind)
      ? manifest.metadata
      : { namespace: this.namespace, ...manifest.metadata };
    await cluster.patch({ ...manifest, metadata }, "somebody");
  }

  /** Has a Deployment's pods replaced, as `kubectl rollout restart` does. */
  async restart(name: string): Promise<void> {
    await kubectl(["rollout", "restart", "deployment", name, `--namespace=${this.namespace}`]);
  }

  async delete({ apiVersion, kind, metadata }: Manifest): Promise<void> {
    await remove({ apiVersion, kind, metadata: { namespace: this.namespace, ...metadata } });
  }

  /** Gives every node a label until the case is over. */
  async labelNodes(label: string): Promise<void> {
    const nodes = await core().listNode();
    for (const { metadata } of nodes.items) {
      const labelled = (value: string | null) => ({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: metadata?.name ?? "", labels: { [label]: value } },
      });
      this.afterwards(() => this.change(labelled(null)));
      await this.change(labelled("yes"));
    }
  }

  /** Gives every node so many of a resource that nobody else asks for, until the case is over. */
  async offer(resource: string, count: number): Promise<void> {
    const api = core();
    const offer = async (name: string, value: string | null) => {
      const capacity = { capacity: { [resource]: value }, allocatable: { [resource]: value } };
      await kubectl([
        "patch",
        "node",
        name,
        "--subresource=status",
        "--type=merge",
        `--patch=${JSON.stringify({ status: capacity })}`,
      ]);
    };
    for (const { metadata } of (await api.listNode()).items) {
      const name = metadata?.name ?? "";
      this.afterwards(() => offer(name, null));
      await offer(name, String(count));
    }
  }

  /** Has each of the case's pods say this of itself, as a controller of the pods' conditions does. */
  async condition(condition: object): Promise<void> {
    const patch = `--patch=${JSON.stringify({ status: { conditions: [condition] } })}`;
    for (const { metadata } of await this.pods()) {
      await kubectl([
        "patch",
        "pod",
        metadata?.name ?? "",
        `--namespace=${this.namespace}`,
        "--subresource=status",
        "--type=strategic",
        patch,
      ]);
    }
  }

  /** The pods of the case, as they are now. */
  async pods(): Promise<readonly V1Pod[]> {
    const { items } = await core().listNamespacedPod({ namespace: this.namespace });
    return items;
  }

  /** A token of a ServiceAccount. */
  async tokenOf({ name, namespace }: { name: string; namespace: string }): Promise<string> {
    return (await kubectl(["create", "token", name, "--namespace", namespace])).trim();
  }

  /** Does something as soon as a symptom shows, and nothing where it never does. */
  when(symptom: Symptom, act: () => unknown): void {
    void this.witness.sees(symptom).then(act, () => undefined);
  }

  /** Has this done when the case is over, whatever comes of it. */
  afterwards(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** A registry in front of the real one. */
  async registry(mood: Mood): Promise<RegistryProxy> {
    const registry = await RegistryProxy.start(mood);
    this.afterwards(() => {
      registry.stop();
    });
    return registry;
  }

  /** A way to the API server that can be cut, and the path of the kubeconfig for it. */
  async wayToApi(): Promise<{ proxy: ApiProxy; kubeconfig: string }> {
    const kubeconfig = this.path("kubeconfig-through-proxy");
    const proxy = await ApiProxy.start(kubeconfig);
    this.afterwards(() => {
      proxy.stop();
    });
    return { proxy, kubeconfig };
  }

  /** A path for a file that goes with the case. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Takes away all that was made, the namespace too. Does not wait until it is gone. */
  async clear(): Promise<void> {
    const metadata = { name: this.namespace };
    const first = await attempt(() => remove({ apiVersion: "v1", kind: "Namespace", metadata }));
    const others: unknown[] = [];
    for (const undo of this.#undo.splice(0).reverse()) {
      others.push(...(await attempt(undo)));
    }
    for (const error of [...first, ...others]) {
      console.error(`${this.namespace}: ${String(error)}`);
    }
  }
}

/** Does something; what comes in between keeps nothing else from being taken away. */
async function attempt(undo: () => unknown): Promise<unknown[]> {
  try {
    await undo();
    return [];
  } catch (error) {
    return [error];
  }
}

async function remove({ apiVersion, kind, metadata }: Manifest): Promise<void> {
  const found = await cluster.find({ apiVersion, kind }, metadata.namespace, metadata.name);
  if (found === undefined) {
    return;
  }
  // Somebody else may be quicker.
  await cluster.delete({ apiVersion, kind, metadata }).catch(() => undefined);
}

const core = (): CoreV1Api => kubeConfig().makeApiClient(CoreV1Api);

import type { KubernetesObject } from "@kubernetes/client-node";
import { ApiException, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";

import { environment } from "../tools/platform/environment.ts";
import type { Kind, Manifest } from "./kinds.ts";

/** The cluster that the stories run on. */
export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(environment().SLIPWAY_KUBECONFIG);
  return config;
}

const api = (): KubernetesObjectApi => KubernetesObjectApi.makeApiClient(kubeConfig());

/** The cluster as it really is: asked past Pulumi. */
export const cluster = {
  /** The object, or undefined where there is none. */
  async find<T extends KubernetesObject>(
    { apiVersion, kind }: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): Promise<T | undefined> {
    const metadata = namespace === undefined ? { name } : { name, namespace };
    try {
      return await api().read<T>({ apiVersion, kind, metadata });
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) {
        return undefined;
      }
      throw error;
    }
  },

  async get<T extends KubernetesObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): Promise<T> {
    const found = await cluster.find(kind, namespace, name);
    if (found === undefined) {
      throw new Error(`there is no ${kind.kind} ${name} in ${namespace ?? "the cluster"}`);
    }
    return found;
  },

  async list<T extends KubernetesObject>(
    { apiVersion, kind }: Kind<T>,
    namespace: string,
    selector?: string,
  ): Promise<T[]> {
    const { items } = await api().list<T>(
      apiVersion,
      kind,
      namespace,
      undefined,
      undefined,
      undefined,
      undefined,
      selector,
    );
    return items;
  },

  create: (object: Manifest) => api().create(object),
  /** @param fieldManager who the change is made as */
  patch: (object: Manifest, fieldManager?: string) =>
    api().patch(object, undefined, undefined, fieldManager),
  delete: (object: Manifest) => api().delete(object),
};

import { KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import type { KubernetesObject } from "@kubernetes/client-node";
import { ApiException } from "@kubernetes/client-node";

import { environment } from "../../tools/platform/environment";
import type { Kind } from "./kinds";

function connect(): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromFile(environment()["SLIPWAY_KUBECONFIG"] ?? "");
  return KubernetesObjectApi.makeApiClient(config);
}

/** The cluster as the stories see it: what is really there, asked for past Pulumi. */
export const cluster = {
  /** The object, or undefined where there is none. */
  async find<T extends KubernetesObject>(
    { apiVersion, kind }: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): Promise<T | undefined> {
    try {
      const metadata = namespace === undefined ? { name } : { name, namespace };
      return (await connect().read({ apiVersion, kind, metadata })) as T;
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return undefined;
      throw error;
    }
  },

  async get<T extends KubernetesObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): Promise<T> {
    const found = await cluster.find(kind, namespace, name);
    if (found === undefined)
      throw new Error(`there is no ${kind.kind} ${name} in ${namespace ?? "the cluster"}`);
    return found;
  },

  async list<T extends KubernetesObject>(
    { apiVersion, kind }: Kind<T>,
    namespace: string,
    selector?: string,
  ): Promise<T[]> {
    const { items } = await connect().list<T>(
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

  create: <T extends KubernetesObject>(object: T): Promise<T> =>
    connect().create(object) as Promise<T>,
  patch: <T extends KubernetesObject>(object: T): Promise<T> =>
    connect().patch(object) as Promise<T>,
  delete: (object: KubernetesObject): Promise<unknown> => connect().delete(object),
};

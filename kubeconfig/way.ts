import type { Cluster, KubeConfig } from "@kubernetes/client-node";

import { dispatcherThrough } from "../proxy/dispatcher.ts";
import { proxyFromEnvironment } from "../proxy/environment.ts";
import { type Proxy, proxyOf } from "../proxy/proxy.ts";
import type { Tls } from "../proxy/tunnel.ts";

/** What a proxy is named by that the kubeconfig names. */
const FIELD = "proxy-url of its cluster in the kubeconfig";

/** The library's own, of which its types say nothing. */
interface Dispatching {
  createDispatcher: (cluster: Cluster | null, tls: Tls) => unknown;
}

/**
 * The proxy on the way to a cluster's API server, as kubectl chooses it: what the kubeconfig names is used for any address,
 * else the environment's rules hold.
 *
 * @throws Error if the kubeconfig, or a variable, names something else
 */
export function proxyTo({ server, proxyUrl = "" }: Cluster): Proxy | undefined {
  if (proxyUrl === "") {
    return URL.canParse(server) ? proxyFromEnvironment(new URL(server), process.env) : undefined;
  }
  return proxyOf(proxyUrl, FIELD);
}

/** Leads the requests of a loaded kubeconfig through the proxy on their way. The library would use only one that the file names. */
export function useProxies(kubeconfig: KubeConfig): void {
  const dispatching = kubeconfig as unknown as Dispatching;
  const direct = dispatching.createDispatcher.bind(kubeconfig);
  dispatching.createDispatcher = (cluster, tls) => {
    const proxy = cluster === null ? undefined : proxyTo(cluster);
    return proxy === undefined || cluster === null
      ? direct(cluster, tls)
      : dispatcherThrough(proxy, new URL(cluster.server), tls);
  };
}

import { isDeepStrictEqual } from "node:util";
import type { DispatcherOptions, KubeConfig } from "@kubernetes/client-node";

type Options = Parameters<KubeConfig["createDispatcherOptions"]>;

/** What the library keeps for itself. */
interface Library {
  createDispatcher: (...options: Options) => object | undefined;
}

/**
 * Has requests with the same credentials use a connection again that has just become free: the library makes one for each
 * request, and secures it anew. At a time each still has its own, so that one that is dead holds up no other request. A way
 * through a proxy is made for each request, as before: see `useProxies`.
 */
export function shareConnections(kubeconfig: KubeConfig): void {
  const optionsOf = kubeconfig.createDispatcherOptions.bind(kubeconfig);
  kubeconfig.createDispatcherOptions = (...options) => withoutStreams(optionsOf(...options));
  const library = kubeconfig as unknown as Library;
  const create = library.createDispatcher.bind(kubeconfig);
  let last: { options: Options; dispatcher: object | undefined } | undefined;
  library.createDispatcher = (...options) => {
    // A plugin may give another certificate at any time.
    if (last === undefined || !isDeepStrictEqual(last.options, options)) {
      last = { options, dispatcher: create(...options) };
    }
    return last.dispatcher;
  };
}

/** HTTP/2 would send all requests and watches through one connection. */
function withoutStreams(options: DispatcherOptions): DispatcherOptions {
  const http1 = { allowH2: false };
  return options.type === "agent"
    ? { ...options, connect: { ...options.connect, ...http1 } }
    : options;
}

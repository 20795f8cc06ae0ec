import { Agent, buildConnector, type Dispatcher, ProxyAgent } from "undici";

import type { Proxy } from "./proxy.ts";
import { type Tls, tlsToProxy, tunnel } from "./tunnel.ts";

/** So that a proxy or a load balancer that drops silent connections keeps a watch. */
const ALIVE_MILLISECONDS = 30_000;

/**
 * Leads requests to a server through a proxy: in a tunnel, but that an HTTP proxy forwards what is in clear, because many open
 * tunnels to servers with TLS alone. The library's own tunnels hide why a proxy refuses.
 * @param tls of the connection to the server
 */
export function dispatcherThrough(proxy: Proxy, server: URL, tls: Tls = {}): Dispatcher {
  const { url } = proxy;
  if (server.protocol === "http:" && url.protocol.startsWith("http")) {
    return new ProxyAgent({ uri: url.href, proxyTls: tlsToProxy(tls) });
  }
  const secure = buildConnector(tls);
  return new Agent({
    connect: (options, done) => {
      const { hostname: host, protocol } = options;
      const port = Number(options.port || (protocol === "https:" ? 443 : 80));
      tunnel(proxy, { host, port }, tls).then(
        (socket) => {
          socket.setKeepAlive(true, ALIVE_MILLISECONDS);
          if (protocol === "https:") {
            secure({ ...options, httpSocket: socket }, done);
          } else {
            done(null, socket);
          }
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)), null);
        },
      );
    },
  });
}

import { request as http } from "node:http";
import { request as https } from "node:https";
import { isIPv6, type Socket } from "node:net";
import { type ConnectionOptions, getCACertificates } from "node:tls";
import { SocksClient } from "socks";

import { ProxyError } from "./error.ts";
import type { Proxy } from "./proxy.ts";

/** So long a connection without a proxy may take, too. */
const CONNECT_MILLISECONDS = 10_000;

const SOCKS_PORT = 1080;

/** What secures a connection: authorities, a certificate of one's own, and the like. */
export type Tls = Pick<
  ConnectionOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "rejectUnauthorized" | "servername"
>;

/** Where a tunnel ends. */
export interface Destination {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a connection to a server through a proxy, which looks up the server's name.
 * @param tls of the connection to the server: see {@link tlsToProxy}
 * @throws ProxyError if the proxy refuses it, the network's error if it does not answer
 */
export function tunnel(proxy: Proxy, to: Destination, tls: Tls): Promise<Socket> {
  return proxy.url.protocol.startsWith("socks")
    ? socksTunnel(proxy, to)
    : httpTunnel(proxy, to, tls);
}

/**
 * What secures the connection to a proxy: as for kubectl, the authority of the server behind it may sign its certificate,
 * and nobody's has to if nobody checks the server's. The client's own certificate is for the server alone.
 */
export function tlsToProxy({ ca = [], rejectUnauthorized }: Tls): Tls {
  return {
    ca: [...getCACertificates("default"), ...[ca].flat()],
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

async function socksTunnel(proxy: Proxy, { host, port }: Destination): Promise<Socket> {
  const { hostname, port: own, username, password } = proxy.url;
  const login = { userId: decodeURIComponent(username), password: decodeURIComponent(password) };
  try {
    const { socket } = await SocksClient.createConnection({
      proxy: {
        host: bare(hostname),
        port: Number(own || SOCKS_PORT),
        type: 5,
        ...(username !== "" && login),
      },
      command: "connect",
      destination: { host, port },
      timeout: CONNECT_MILLISECONDS,
    });
    return socket;
  } catch (error) {
    const { message } = error as Error;
    throw /^Socks5/.test(message) ? ProxyError.refusal(proxy, message) : error;
  }
}

function httpTunnel(proxy: Proxy, { host, port }: Destination, tls: Tls): Promise<Socket> {
  const { protocol, hostname, port: own } = proxy.url;
  const path = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const isSecure = protocol === "https:";
  return new Promise((resolve, reject) => {
    const asked = (isSecure ? https : http)({
      ...(isSecure && tlsToProxy(tls)),
      host: bare(hostname),
      port: own || (isSecure ? 443 : 80),
      method: "CONNECT",
      path,
      headers: { host: path, ...loginTo(proxy) },
      agent: false,
      timeout: CONNECT_MILLISECONDS,
    });
    asked.on("connect", ({ statusCode = 0 }, socket: Socket, read: Buffer) => {
      socket.setTimeout(0);
      if (statusCode === 200) {
        socket.unshift(read);
        resolve(socket);
      } else {
        socket.destroy();
        reject(ProxyError.refusal(proxy, statusCode));
      }
    });
    asked.on("timeout", () => asked.destroy(new Error("the connection timed out")));
    asked.on("error", reject);
    asked.end();
  });
}

function loginTo({ url: { username, password } }: Proxy): Record<string, string> {
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return username === "" && password === ""
    ? {}
    : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

import { getCACertificates } from "node:tls";

import { Agent, type Dispatcher, fetch, type RequestInit, type Response } from "undici";

import { dispatcherThrough } from "../../proxy/dispatcher.ts";
import { proxyFromEnvironment } from "../../proxy/environment.ts";
import { ProxyError } from "../../proxy/error.ts";
import { messageOf } from "../cluster/api-error.ts";

/** Made when the first server with TLS is asked. */
let trusting: Dispatcher | undefined;

/**
 * Asks a server, through the environment's proxy if one is on the way, as `crane` does. Authorities that the machine trusts
 * are trusted, as in Go's programs.
 * @throws ProxyError if there is a proxy and no answer
 */
export async function fetchThrough(url: URL, init: RequestInit): Promise<Response> {
  const proxy = proxyFromEnvironment(url, process.env);
  if (proxy === undefined) {
    return fetch(url, {
      ...init,
      ...(url.protocol === "https:" && { dispatcher: trustingAgent() }),
    });
  }
  try {
    const dispatcher = dispatcherThrough(proxy, url, { ca: authorities() });
    return await fetch(url, { ...init, dispatcher });
  } catch (error) {
    throw ProxyError.from(proxy, error, messageOf(error));
  }
}

function trustingAgent(): Dispatcher {
  trusting ??= new Agent({ connect: { ca: authorities() } });
  return trusting;
}

function authorities(): string[] {
  return [...getCACertificates("default"), ...getCACertificates("system")];
}

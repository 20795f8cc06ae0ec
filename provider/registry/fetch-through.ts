import { fetch, type RequestInit, type Response } from "undici";

import { dispatcherThrough } from "../../proxy/dispatcher.ts";
import { proxyFromEnvironment } from "../../proxy/environment.ts";
import { ProxyError } from "../../proxy/error.ts";
import { messageOf } from "../cluster/api-error.ts";

/**
 * Asks a server, through the environment's proxy if one is on the way, as `crane` does.
 * @throws ProxyError if there is a proxy and no answer
 */
export async function fetchThrough(url: URL, init: RequestInit): Promise<Response> {
  const proxy = proxyFromEnvironment(url, process.env);
  if (proxy === undefined) {
    return fetch(url, init);
  }
  try {
    return await fetch(url, { ...init, dispatcher: dispatcherThrough(proxy, url) });
  } catch (error) {
    throw ProxyError.from(proxy, error, messageOf(error));
  }
}

import type { RequestContext } from "@kubernetes/client-node";

/** An answer that may lead to another address. Its body is to be read or left: it holds a connection. */
export interface Unfollowed {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Does without the body. */
  readonly leave: () => Promise<void>;
}

/** The answer to a `GET` itself. The library would follow it, with the request's credentials. */
export async function unfollowed(
  request: RequestContext,
  signal: AbortSignal,
): Promise<Unfollowed> {
  const { origin, pathname, search } = new URL(request.getUrl());
  const headers = request.getHeaders();
  const path = pathname + search;
  const method = "GET";
  const dispatcher = request.getDispatcher();
  if (dispatcher === undefined) {
    const answer = await fetch(origin + path, { method, headers, signal, redirect: "manual" });
    return {
      status: answer.status,
      location: answer.headers.get("location") ?? undefined,
      body: answer.body ?? [],
      leave: async () => answer.body?.cancel(),
    };
  }
  const answer = await dispatcher.request({ origin, path, method, headers, signal });
  const { location } = answer.headers;
  return {
    status: answer.statusCode,
    location: Array.isArray(location) ? location[0] : location,
    body: answer.body,
    leave: () => answer.body.dump(),
  };
}

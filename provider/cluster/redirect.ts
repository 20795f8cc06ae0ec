import type { RequestContext } from "@kubernetes/client-node";

/** An answer that leads to another address. */
export interface Redirect {
  readonly status: number;
  readonly location: string;
}

/**
 * Where the answer to a request leads, if it is a redirect. The library would follow it, with the request's credentials.
 */
export async function unfollowed(
  request: RequestContext,
  signal: AbortSignal,
): Promise<Redirect | undefined> {
  const { origin, pathname, search } = new URL(request.getUrl());
  const headers = request.getHeaders();
  const path = pathname + search;
  const method = "GET";
  const dispatcher = request.getDispatcher();
  if (dispatcher === undefined) {
    const answer = await fetch(origin + path, { method, headers, signal, redirect: "manual" });
    await answer.body?.cancel();
    return redirectOf(answer.status, answer.headers.get("location"));
  }
  const answer = await dispatcher.request({ origin, path, method, headers, signal });
  await answer.body.dump();
  const { location } = answer.headers;
  return redirectOf(answer.statusCode, Array.isArray(location) ? location[0] : location);
}

function redirectOf(status: number, location: string | null | undefined): Redirect | undefined {
  return status >= 300 && status < 400 && location != null ? { status, location } : undefined;
}

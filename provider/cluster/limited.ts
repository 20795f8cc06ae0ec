import type { RequestContext } from "@kubernetes/client-node";

/** An answer whose size was watched. */
export interface LimitedAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * The answer to a request, which is not followed and whose size is bounded: it is not the API server's own.
 * @throws Error if it is larger
 */
export async function limited(
  request: RequestContext,
  bytes: number,
  signal: AbortSignal,
): Promise<LimitedAnswer> {
  const { origin, pathname, search } = new URL(request.getUrl());
  const headers = request.getHeaders();
  const path = pathname + search;
  const method = "GET";
  const dispatcher = request.getDispatcher();
  if (dispatcher === undefined) {
    const answer = await fetch(origin + path, { method, headers, signal, redirect: "manual" });
    return { status: answer.status, text: await limitedText(answer.body ?? [], bytes) };
  }
  const answer = await dispatcher.request({ origin, path, method, headers, signal });
  return { status: answer.statusCode, text: await limitedText(answer.body, bytes) };
}

/**
 * A body as text.
 * @throws Error if it is larger
 */
export async function limitedText(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytes: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop closes the body.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > bytes) {
      throw new Error(`its answer is larger than ${bytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

import type { RequestContext } from "@kubernetes/client-node";

import { unfollowed, type Unfollowed } from "./unfollowed.ts";

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
  const { status, body } = await unfollowed(request, signal);
  return { status, text: await limitedText(body, bytes) };
}

/**
 * A body as text.
 * @throws Error if it is larger
 */
export async function limitedText(body: Unfollowed["body"], bytes: number): Promise<string> {
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

import type { RequestContext } from "@kubernetes/client-node";

import { unfollowed } from "./unfollowed.ts";

/** An answer that leads to another address. */
export interface Redirect {
  readonly status: number;
  readonly location: string;
}

/** Where the answer to a request leads, if it is a redirect. */
export async function redirect(
  request: RequestContext,
  signal: AbortSignal,
): Promise<Redirect | undefined> {
  const { status, location, leave } = await unfollowed(request, signal);
  await leave();
  return status >= 300 && status < 400 && location !== undefined ? { status, location } : undefined;
}

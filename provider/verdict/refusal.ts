import type { Finding } from "./finding.ts";
import { isBeyond } from "./quota.ts";
import { type Outgoing, outgoingOf } from "./room.ts";
import type { Event, Neighbourhood } from "./objects.ts";

/** The controller repeats a request that failed for a moment. */
const RETRY_SECONDS = 30;

/** A controller's first pause after a request that failed; each further failure in a row doubles it. */
const PAUSE_SECONDS = 0.005;

const PASSING =
  /failed calling webhook|connection refused|timeout|timed out|etcdserver|error looking up service account/;

/** Why the API server accepts no pod from a controller. */
export type Refusal = Pick<Finding, "reason" | "tolerance" | "phase" | "aftermath">;

/**
 * What the API server's words for accepting no pod mean.
 *
 * @param neighbourhood what may give room back to a quota
 * @param refusals the controller's events about pods that were not accepted
 */
export function refusalOf(
  message: string,
  neighbourhood: Neighbourhood,
  refusals: readonly Event[],
): Refusal {
  if (/because it is being terminated/.test(message)) {
    return { reason: "namespace-terminating" };
  }
  if (/exceeded quota/.test(message)) {
    const outgoing = isBeyond(message) ? undefined : outgoingOf(neighbourhood);
    return { reason: "quota-exceeded", ...(outgoing && patienceFor(outgoing, refusals)) };
  }
  const tolerance = PASSING.test(message) ? RETRY_SECONDS : undefined;
  return { reason: "admission-denied", tolerance };
}

/** Room comes when pods that are leaving are gone; the controller then asks for it, but not at once. */
function patienceFor({ seconds, phase }: Outgoing, refusals: readonly Event[]): Partial<Refusal> {
  const aftermath = Math.max(RETRY_SECONDS, pauseAfter(refusals));
  return { tolerance: seconds, phase, aftermath };
}

/** Whatever a controller sees of its pods makes it ask once more, so its pauses grow faster than time goes by. */
function pauseAfter(refusals: readonly Event[]): number {
  const failures = refusals.reduce((sum, { count, series }) => {
    return sum + (series?.count ?? count ?? 1);
  }, 0);
  return PAUSE_SECONDS * 2 ** failures;
}

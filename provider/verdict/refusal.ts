import type { Finding } from "./finding.ts";
import { isBeyond } from "./quota.ts";
import { type Outgoing, outgoingOf } from "./room.ts";
import type { Neighbourhood } from "./objects.ts";

/** The controller repeats a request that failed for a moment. */
const RETRY_SECONDS = 30;

const PASSING =
  /failed calling webhook|connection refused|timeout|timed out|etcdserver|error looking up service account/;

/** Why the API server accepts no pod from a controller. */
export type Refusal = Pick<Finding, "reason" | "tolerance" | "phase" | "aftermath">;

/**
 * What the API server's words for accepting no pod mean.
 *
 * @param neighbourhood what may give room back to a quota
 */
export function refusalOf(message: string, neighbourhood: Neighbourhood): Refusal {
  if (/because it is being terminated/.test(message)) {
    return { reason: "namespace-terminating" };
  }
  if (/exceeded quota/.test(message)) {
    const outgoing = isBeyond(message) ? undefined : outgoingOf(neighbourhood);
    return { reason: "quota-exceeded", ...(outgoing && patienceFor(outgoing)) };
  }
  const tolerance = PASSING.test(message) ? RETRY_SECONDS : undefined;
  return { reason: "admission-denied", tolerance };
}

/** Room comes when pods that are leaving are gone; the controller then asks for it, but not at once. */
function patienceFor({ seconds, phase }: Outgoing): Partial<Refusal> {
  return { tolerance: seconds, phase, aftermath: RETRY_SECONDS };
}

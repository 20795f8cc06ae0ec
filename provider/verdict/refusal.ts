import type { Finding } from "./finding.ts";
import { isBeyond } from "./quota.ts";
import type { Outgoing } from "./room.ts";

/** What cannot be asked for a moment is asked again by the controller. */
const RETRY_SECONDS = 30;

/** Why the API server takes no pod from a controller. */
export type Refusal = Pick<Finding, "reason" | "tolerance" | "phase" | "aftermath">;

/**
 * What the API server's words mean.
 *
 * @param outgoing what gives room back to a quota
 */
export function refusalOf(message: string, outgoing: Outgoing | undefined): Refusal {
  if (/because it is being terminated/.test(message)) {
    return { reason: "namespace-terminating" };
  }
  if (/exceeded quota/.test(message)) {
    return { reason: "quota-exceeded", ...(!isBeyond(message) && patienceFor(outgoing)) };
  }
  const isPassing =
    /failed calling webhook|connection refused|timeout|timed out|etcdserver|error looking up service account/;
  return {
    reason: "admission-denied",
    ...(isPassing.test(message) && { tolerance: RETRY_SECONDS }),
  };
}

/** Room comes when pods that are leaving are gone; the controller then asks for it, but not at once. */
function patienceFor(outgoing: Outgoing | undefined): Partial<Refusal> {
  return outgoing === undefined
    ? {}
    : { tolerance: outgoing.seconds, phase: outgoing.phase, aftermath: RETRY_SECONDS };
}

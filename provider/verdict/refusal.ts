import type { Reason } from "./reasons.ts";

/** Room comes when pods that are leaving are gone. */
const LEAVING_SECONDS = 60;

/** What cannot be asked for a moment is asked again by the controller. */
const RETRY_SECONDS = 30;

/** Why the API server takes no pod from a controller. */
export interface Refusal {
  readonly reason: Reason;
  /** @default the reason's own weight */
  readonly tolerance?: number;
}

/**
 * What the API server's words mean.
 *
 * @param mayLeave whether pods that count against a quota are leaving, or will be made to leave
 */
export function refusalOf(message: string, mayLeave: boolean): Refusal {
  if (/because it is being terminated/.test(message)) {
    return { reason: "namespace-terminating" };
  }
  if (/exceeded quota/.test(message)) {
    return { reason: "quota-exceeded", ...(mayLeave && { tolerance: LEAVING_SECONDS }) };
  }
  const isPassing =
    /failed calling webhook|connection refused|timeout|timed out|etcdserver|error looking up service account/;
  return {
    reason: "admission-denied",
    ...(isPassing.test(message) && { tolerance: RETRY_SECONDS }),
  };
}

import type { Finding } from "./finding.ts";

/** Room comes when pods that are leaving are gone. */
const LEAVING_SECONDS = 60;

/** The controller repeats a request that failed for a moment. */
const RETRY_SECONDS = 30;

const PASSING =
  /failed calling webhook|connection refused|timeout|timed out|etcdserver|error looking up service account/;

/**
 * What the API server's words for accepting no pod mean.
 *
 * @param mayLeave whether pods that count against a quota are leaving, or will be made to leave
 */
export function refusalOf(
  message: string,
  mayLeave: boolean,
): Pick<Finding, "reason" | "tolerance"> {
  if (/because it is being terminated/.test(message)) {
    return { reason: "namespace-terminating" };
  }
  if (/exceeded quota/.test(message)) {
    return { reason: "quota-exceeded", tolerance: mayLeave ? LEAVING_SECONDS : undefined };
  }
  const tolerance = PASSING.test(message) ? RETRY_SECONDS : undefined;
  return { reason: "admission-denied", tolerance };
}

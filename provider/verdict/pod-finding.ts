import type { Finding } from "./finding.ts";
import { nameOf, type Pod } from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** What a pod shows. */
export function podFinding(
  pod: Pod,
  reason: Reason,
  message: string,
  more: Partial<Finding> = {},
): Finding {
  const bornAt = pod.metadata?.creationTimestamp;
  return { reason, object: `pod ${nameOf(pod)}`, message, bornAt, ...more };
}

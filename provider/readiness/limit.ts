import type { ReadinessInputs } from "../../contract/readiness.ts";
import { settleSecondsOf } from "../../contract/verdict.ts";

const LEAST_SECONDS = 600;

/**
 * A rolling update takes at most four steps, because a quarter of the pods is replaced at a time; each may take the
 * progress deadline, after which its pods settle, and so may the routing after them.
 */
const STEPS = 5;

/**
 * Seconds that the whole wait for a verdict may take, whatever progress there is.
 * @param customSeconds the resource's `customTimeouts`, 0 if it has none
 */
export function limitSeconds(release: ReadinessInputs, customSeconds: number): number {
  const { deadlineSeconds, timeoutSeconds = 0 } = release;
  const given = [timeoutSeconds, customSeconds].filter((seconds) => seconds > 0);
  const step = deadlineSeconds + settleSecondsOf(release);
  return given.length > 0 ? Math.min(...given) : Math.max(LEAST_SECONDS, STEPS * step);
}

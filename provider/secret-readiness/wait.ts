import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../wire/plugin";
import type { SecretFinding } from "./finding";

const PAUSE_MILLISECONDS = 250;

/** A controller tries again a few times at once; what it says after that is its last word. */
const GRACE_MILLISECONDS = 1500;

/** Without a limit of the resource's own. */
const PATIENCE_SECONDS = 60;

/**
 * Looks until a Secret is ready, its controller has given up, or time is up.
 *
 * @param timeoutSeconds the resource's own limit; 0 is none
 * @returns the last finding; the message of one that is not ready says how long was waited
 */
export async function wait(
  look: () => Promise<SecretFinding>,
  timeoutSeconds: number,
  log: Log,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const seconds = timeoutSeconds || PATIENCE_SECONDS;
  const end = performance.now() + seconds * 1000;
  let failing: number | undefined;
  for (;;) {
    const finding = await look();
    if (finding.kind === "ready") {
      return finding;
    }
    const now = performance.now();
    failing = finding.kind === "failed" ? (failing ?? now) : undefined;
    if (failing !== undefined && (now >= end || now - failing >= GRACE_MILLISECONDS)) {
      return finding;
    }
    if (now >= end) {
      return { ...finding, message: `${finding.message} after ${seconds} s` };
    }
    log.status(finding.message);
    await sleep(PAUSE_MILLISECONDS, undefined, { signal });
  }
}

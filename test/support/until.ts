import { setTimeout as sleep } from "node:timers/promises";

/**
 * Settles when the condition holds.
 * @throws Error where it does not in five seconds
 */
export async function until(condition: () => boolean): Promise<void> {
  for (let rest = 500; !condition(); rest -= 1) {
    if (rest === 0) {
      throw new Error(`still not so after 5 s: ${condition.toString()}`);
    }
    await sleep(10);
  }
}

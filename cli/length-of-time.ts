import { InvalidArgumentError } from "commander";

import { duration, LONGEST_DAYS } from "../settings/duration.ts";

/**
 * Reads the length of time that an option has, in seconds.
 *
 * @param least seconds that are allowed
 * @param words of what is allowed, with examples
 */
export function lengthOfTime(least: number, words: string): (text: string) => number {
  return (text) => {
    const seconds = duration.safeParse(/^[1-9]\d*$/.test(text) ? Number(text) : text).data ?? 0;
    if (seconds >= least) {
      return seconds;
    }
    throw new InvalidArgumentError(
      `got "${text}"; allowed: ${words}, and at most ${LONGEST_DAYS}d`,
    );
  };
}

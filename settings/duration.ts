import { z } from "zod";

import { text, wholeNumber } from "./fields.ts";

const UNITS = { s: 1, m: 60, h: 3600, d: 86400 };

/** The longest time that a setting or an option may have. */
export const LONGEST_DAYS = 366;
const LONGEST_SECONDS = LONGEST_DAYS * UNITS.d;
const FORM = "a whole number of seconds, or one with its unit such as 30m, 12h or 2d";
const INTERVAL = "a duration such as 15m or 1h30m; 0s is once";

/** A length of time, in seconds. */
export const duration = z
  .union([wholeNumber(0, LONGEST_SECONDS), limited(text(/^\d+[smhd]$/, FORM))], {
    error: `allowed: ${FORM}`,
  })
  .transform((value) => (typeof value === "number" ? value : secondsOf(value)));

/** A length of time as Go writes it. */
export const interval = limited(text(/^(\d+[hms])+$/, INTERVAL));

function limited(form: z.ZodString) {
  return form.refine((value) => secondsOf(value) <= LONGEST_SECONDS, {
    error: `allowed: at most ${LONGEST_DAYS} days, which are ${LONGEST_DAYS * 24}h`,
  });
}

function secondsOf(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  return parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}

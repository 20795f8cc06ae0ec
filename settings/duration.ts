import { z } from "zod";

import { text, wholeNumber } from "./fields";

const UNITS = { s: 1, m: 60, h: 3600, d: 86400 };
const LONGEST_DAYS = 366;
const FORM = "a whole number of seconds, or one with its unit such as 30m, 12h or 2d";

/** A length of time, in seconds. */
export const duration = z
  .union([wholeNumber(0, LONGEST_DAYS * UNITS.d), text(/^\d{1,6}[smhd]$/, FORM)], {
    error: `allowed: ${FORM}`,
  })
  .transform((value) =>
    typeof value === "number"
      ? value
      : Number(value.slice(0, -1)) * UNITS[value.slice(-1) as keyof typeof UNITS],
  );

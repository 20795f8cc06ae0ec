/** Names of months and days, which count from the first value of their field. */
const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const DAYS = "SUN MON TUE WED THU FRI SAT".split(" ");

/** What each field may hold, in their order. */
const FIELDS = [
  { what: "minute", from: 0, to: 59, names: [] },
  { what: "hour", from: 0, to: 23, names: [] },
  { what: "day of month", from: 1, to: 31, names: [] },
  { what: "month", from: 1, to: 12, names: MONTHS },
  { what: "day of week", from: 0, to: 6, names: DAYS },
] as const;

type Field = (typeof FIELDS)[number];

const WORDS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const EVERY = /^@every (?:\d{1,9}(?:\.\d{1,9})?(?:h|m|s|ms|us|ns)){1,6}$/;

/**
 * What is wrong with a time table, by the rules of the CronJob's own library; undefined if nothing is.
 *
 * @see https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
 */
export function cronFault(cron: string): string | undefined {
  if (/TZ=/.test(cron)) {
    return "allowed: no time zone in it; set timeZone";
  }
  if (WORDS.test(cron) || EVERY.test(cron)) {
    return undefined;
  }
  const fields = cron.trim().split(/\s+/);
  if (cron.startsWith("@") || fields.length !== FIELDS.length) {
    return "allowed: minute, hour, day of month, month and day of week, such as 0 3 * * *, or @hourly, @daily, @weekly, @monthly, @yearly";
  }
  const wrong = FIELDS.find((field, index) => !isField(fields[index] ?? "", field));
  return (
    wrong &&
    `allowed: as ${wrong.what} ${wrong.from} to ${wrong.to}${wrong.names.length > 0 ? ` or ${wrong.names.join(", ")}` : ""}, *, ranges such as ${wrong.from}-${wrong.to}, lists and steps such as */2`
  );
}

function isField(text: string, field: Field): boolean {
  return text.split(",").every((part) => isPart(part, field));
}

function isPart(part: string, field: Field): boolean {
  const [range = "", step, ...others] = part.split("/");
  const isStep = step === undefined || (/^\d{1,4}$/.test(step) && Number(step) > 0);
  if (others.length > 0 || !isStep) {
    return false;
  }
  if (range === "*" || range === "?") {
    return true;
  }
  const [low = "", high = low, ...rest] = range.split("-");
  const [from, to] = [valueOf(low, field), valueOf(high, field)];
  return rest.length === 0 && from >= field.from && to <= field.to && from <= to;
}

/** NaN for what is no value of the field. */
function valueOf(text: string, { from, names }: Field): number {
  const index = (names as readonly string[]).indexOf(text.toUpperCase());
  return index >= 0 ? index + from : /^\d{1,4}$/.test(text) ? Number(text) : NaN;
}

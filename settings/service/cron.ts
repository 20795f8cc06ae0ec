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
const EVERY = /^@every ((?:\d{1,9}(?:\.\d{1,9})?(?:h|m|s|ms|us|ns)){1,6})$/;
const SECONDS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  ns: 1e-9,
};

/** The library looks no further ahead than five years. */
const LONGEST_HOURS = 43_800;

/** How many days each month has at most. */
const DAYS_OF = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * What is wrong with a time table, by the rules of the CronJob's own library; undefined if nothing is.
 *
 * @see https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
 */
export function cronFault(cron: string): string | undefined {
  if (/TZ=/.test(cron)) {
    return "allowed: no time zone in it; set timeZone";
  }
  if (WORDS.test(cron)) {
    return undefined;
  }
  const [, span] = EVERY.exec(cron) ?? [];
  if (span !== undefined) {
    return spanFault(span);
  }
  const fields = cron.trim().split(/\s+/);
  if (cron.startsWith("@") || fields.length !== FIELDS.length) {
    return "allowed: minute, hour, day of month, month and day of week, such as 0 3 * * *, or @hourly, @daily, @weekly, @monthly, @yearly";
  }
  const wrong = FIELDS.find((field, index) => !isField(fields[index] ?? "", field));
  return wrong === undefined ? dateFault(fields) : fieldFault(wrong);
}

function fieldFault({ what, from, to, names }: Field): string {
  const named = names.length > 0 ? ` or ${names.join(", ")}` : "";
  return `allowed: as ${what} ${from} to ${to}${named}, *, ranges such as ${from}-${to}, lists and steps such as */2`;
}

function spanFault(span: string): string | undefined {
  const seconds = [...span.matchAll(/([\d.]+)([a-z]+)/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (SECONDS[unit] ?? 0),
    0,
  );
  return seconds >= 1 && seconds <= LONGEST_HOURS * 3600
    ? undefined
    : `allowed: @every with 1s to ${LONGEST_HOURS}h, or no run would ever begin; write a shorter time, or suspend: true`;
}

/** A day that none of the months has: nothing would ever run. Days of the week are days beside, unless one of both is `*`. */
function dateFault([, , days = "", months = "", weekdays = ""]: readonly string[]):
  string | undefined {
  const [, , day, month] = FIELDS;
  const first = Math.min(...days.split(",").map((part) => firstOf(part, day)));
  const longest = Math.max(...monthsIn(months, month).map((each) => DAYS_OF[each - 1] ?? 0));
  return first <= longest || !isAny(weekdays)
    ? undefined
    : `allowed: a day that its months have, or no run would ever begin; they have ${longest} days at most`;
}

function monthsIn(text: string, field: Field): number[] {
  const all = Array.from({ length: field.to }, (_, index) => index + 1);
  return all.filter((month) => text.split(",").some((part) => isIn(part, field, month)));
}

function isIn(part: string, field: Field, value: number): boolean {
  const [range = "", step = "1"] = part.split("/");
  const [from, to] = boundsOf(range, field, part.includes("/"));
  return value >= from && value <= to && (value - from) % Number(step) === 0;
}

function firstOf(part: string, field: Field): number {
  const [range = ""] = part.split("/");
  return boundsOf(range, field, false)[0];
}

/** A number with a step counts on to the end of its field. */
function boundsOf(range: string, field: Field, hasStep: boolean): readonly [number, number] {
  if (range === "*" || range === "?") {
    return [field.from, field.to];
  }
  const [low = "", high] = range.split("-");
  const from = valueOf(low, field);
  return [from, high === undefined ? (hasStep ? field.to : from) : valueOf(high, field)];
}

/** Whether a field restricts nothing, by the library's own sign: a step other than 1 does. */
function isAny(text: string): boolean {
  return text.split(",").some((part) => /^[*?](?:\/0*1)?$/.test(part));
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

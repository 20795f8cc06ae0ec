/** What a service promises, and by which metrics that is measured. */
export interface Objective {
  /**
   * Percent of the requests that succeed, such as 99.9.
   * @default - nothing is promised of it
   */
  readonly available?: number;
  /**
   * In which time 99 of 100 requests are answered, such as `300ms` or `1.5s`.
   * @default - nothing is promised of it
   */
  readonly p99?: string;
  /**
   * The counter of all requests, with matchers if it counts more than those.
   * @default http_requests_total
   */
  readonly requests?: string;
  /**
   * The counter of the requests that failed.
   * @default - that of `requests` with `code=~"5.."`
   */
  readonly errors?: string;
  /**
   * The buckets of the histogram of all durations in seconds; one of them is to end at `p99` or later.
   * @default http_request_duration_seconds_bucket
   */
  readonly durations?: string;
}

/** The key of a service for what it promises. */
export interface ObjectiveDefinition {
  /** @default - it promises nothing, and has no alerts of its own */
  readonly objective?: Objective;
}

/** What a service promises, with a value for everything that has a default. */
export interface CompletedObjective {
  readonly available?: number;
  readonly p99Seconds?: number;
  readonly requests: Selector;
  readonly errors: Selector;
  readonly durations: Selector;
}

/** Series in PromQL: the metric, and what must match of its labels. */
export interface Selector {
  readonly metric: string;
  /** Such as `code=~"5.."`. */
  readonly matchers: readonly string[];
}

const MATCHER = /[a-zA-Z_][a-zA-Z0-9_]*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*"/;
const SELECTOR = new RegExp(
  `^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{\\s*(${MATCHER.source}(?:\\s*,\\s*${MATCHER.source})*)?\\s*\\})?$`,
);
const DURATION = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/;

/** Longer ones are no selector that a person writes. */
const CHARACTERS = 500;

const REQUESTS = "http_requests_total";
const FAILED = 'code=~"5.."';
const DURATIONS = "http_request_duration_seconds_bucket";

/** Series as the settings have them; undefined if they are none. */
export function parseSelector(text: string): Selector | undefined {
  const [, metric, matchers = ""] = text.length > CHARACTERS ? [] : (SELECTOR.exec(text) ?? []);
  return metric === undefined
    ? undefined
    : { metric, matchers: matchers.match(new RegExp(MATCHER, "g")) ?? [] };
}

/** A length of time in seconds; undefined if it is none, or no time at all. */
export function parseLatency(text: string): number | undefined {
  const [, number, unit] = DURATION.exec(text) ?? [];
  const seconds = Number(number) / (unit === "ms" ? 1000 : 1);
  return seconds > 0 ? seconds : undefined;
}

/** What a service promises, with its defaults. */
export function completeObjective(said: Objective): CompletedObjective {
  const { available, p99, durations = DURATIONS } = said;
  const requests = selectorOf(said.requests ?? REQUESTS);
  const seconds = p99 === undefined ? undefined : parseLatency(p99);
  return {
    ...(available !== undefined && { available }),
    ...(seconds !== undefined && { p99Seconds: seconds }),
    requests,
    errors:
      said.errors === undefined
        ? { ...requests, matchers: [...requests.matchers, FAILED] }
        : selectorOf(said.errors),
    durations: selectorOf(durations),
  };
}

/** @throws Error for what no metric is called; the settings have refused it */
function selectorOf(text: string): Selector {
  const selector = parseSelector(text);
  if (selector === undefined) {
    throw new Error(
      `objective must name a metric such as ${REQUESTS}, got ${JSON.stringify(text)}`,
    );
  }
  return selector;
}

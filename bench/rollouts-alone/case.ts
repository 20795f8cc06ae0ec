/** A release by Argo Rollouts alone: its own Rollout and AnalysisTemplate, without Slipway. */
export interface AloneCase {
  /** Short, in kebab case: names its objects. */
  readonly name: string;
  /** What is the matter with it, in a few words. */
  readonly title: string;
  /** What the AnalysisTemplate's one metric asks, and what it makes of the answer. */
  readonly metric: Metric;
  /**
   * Where it is measured: at a step of the canary, or beside all steps.
   * @default step
   */
  readonly at?: "step" | "background";
  /**
   * What is done besides a second release: `nothing` is done after the first one, or all steps are skipped as by
   * `kubectl argo rollouts promote --full`.
   * @default - the second release goes its way
   */
  readonly then?: "nothing" | "promote-full";
}

/** A metric of an AnalysisTemplate, with Prometheus for its provider. */
export interface Metric {
  readonly query: string;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  /** @default - at once */
  readonly initialDelay?: string;
  /** @default - once */
  readonly count?: number;
  readonly interval?: string;
}

/** No pod has such a series, as if no request had come. */
const NO_SERIES = 'slipway_nobody_counts_this{pod="new"}';
const NOT_A_NUMBER = "vector(0) / vector(0)";
const SUCCESS = { successCondition: "result[0] <= 1" };
const FAILURE = { failureCondition: "result[0] > 1" };
const GOOD = { query: "vector(0)", ...SUCCESS };
const BAD = { query: "vector(9)", ...SUCCESS };
const LATE = { initialDelay: "1h" };

/** The rows of the table in docs/steps.md. */
export const CASES: readonly AloneCase[] = [
  {
    name: "no-series",
    title: "no request: an answer without a series, and a condition that reads result[0]",
    metric: { query: NO_SERIES, ...SUCCESS },
  },
  {
    name: "no-series-allowed",
    title: "no request: an answer without a series, and a condition that allows it",
    metric: { query: NO_SERIES, successCondition: "len(result) == 0 || result[0] <= 1" },
  },
  {
    name: "no-series-zero",
    title: "no request: a query that falls back to 0",
    metric: { query: `${NO_SERIES} or vector(0)`, ...SUCCESS },
  },
  {
    name: "unmeasured-background",
    title: "background analysis whose first measurement would be after the steps",
    metric: { ...GOOD, ...LATE },
    at: "background",
  },
  {
    name: "nan-success",
    title: "NaN with a successCondition alone",
    metric: { query: NOT_A_NUMBER, ...SUCCESS },
  },
  {
    name: "nan-failure",
    title: "NaN with a failureCondition alone",
    metric: { query: NOT_A_NUMBER, ...FAILURE },
  },
  {
    name: "nan-both",
    title: "NaN with both",
    metric: { query: NOT_A_NUMBER, ...SUCCESS, ...FAILURE },
  },
  {
    name: "first-release",
    title: "a first release whose analysis would fail",
    metric: BAD,
    then: "nothing",
  },
  {
    name: "abort",
    title: "an analysis that fails",
    metric: BAD,
  },
  {
    name: "promote-full",
    title: "all steps skipped while the analysis waits for its first measurement",
    metric: { ...GOOD, ...LATE },
    then: "promote-full",
  },
];

import {
  type AnalysisPhase,
  type AnalysisRun,
  type Measurement,
  type MetricResult,
} from "./argo-rollout.ts";
import { isSkipped } from "./analysis-runs.ts";
import { nameOf } from "./objects.ts";

/** Which metric of Slipway's templates counts requests. */
const REQUESTS = "requests";

/** Measurements that are shown of a metric. */
const SHOWN = 5;

/** Which of the reasons for it a failure of measurements is. */
export type AnalysisReason = "canary-failed" | "no-traffic" | "not-measured";

/** Why measurements have not shown that the new pods are good. */
export interface AnalysisFailure {
  readonly reason: AnalysisReason;
  readonly message: string;
  /** The measurements, a line for each metric. */
  readonly notes: readonly string[];
}

/** Whether measurements are over. */
export function isOver({ status }: AnalysisRun): boolean {
  return status?.completedAt !== undefined || isFinal(status?.phase);
}

/** What is wrong with measurements that are over; undefined if nothing is, or if somebody has skipped the rest of them. */
export function failureOf(run: AnalysisRun): AnalysisFailure | undefined {
  const { status = {} } = run;
  const { metricResults = [], phase, message } = status;
  const bad = metricResults.find(({ phase: own }) => own !== "Successful" && isFinal(own));
  const unmeasured = unmeasuredIn(run);
  const notes = metricResults.map(noteOf);
  const said = (reason: AnalysisReason, text: string) => ({
    reason,
    message: `${text} (${nameOf(run)})`,
    notes,
  });
  if (bad?.phase === "Failed" && numberOf(lastOf(bad)) !== undefined) {
    return bad.name === REQUESTS
      ? said("no-traffic", `the new pods had ${valueOf(lastOf(bad))} requests`)
      : said("canary-failed", `${badness(bad)} of the new pods is too high`);
  }
  if (bad !== undefined || (phase !== "Successful" && isFinal(phase))) {
    const error =
      bad?.message ?? lastOf(bad)?.message ?? message ?? `the analysis is ${phase ?? ""}`;
    const why = bad?.phase === "Failed" ? valuelessOf(bad) : error;
    return said("not-measured", `${bad?.name ?? "nothing"} could not be measured: ${why}`);
  }
  // Argo Rollouts takes what was ended before its first measurement for a success.
  return isFinal(phase) && unmeasured !== undefined && !isSkipped(run)
    ? said(
        "not-measured",
        unmeasured === NOTHING
          ? "nothing was measured before the end"
          : `${unmeasured} was not measured before the end`,
      )
    : undefined;
}

/** Whether measurements are over that lack nothing, and show that the new pods are good. */
export function isProof(run: AnalysisRun): boolean {
  return isOver(run) && failureOf(run) === undefined && unmeasuredIn(run) === undefined;
}

/** No metric is called so. */
const NOTHING = "";

/** What has no measurement. One that the controller has not begun with is not among its results. */
function unmeasuredIn({ spec, status }: AnalysisRun): string | undefined {
  const results = status?.metricResults ?? [];
  const counted = new Set(results.filter(({ count = 0 }) => count > 0).map(({ name }) => name));
  const asked = (spec?.metrics ?? results).map(({ name }) => name);
  return asked.length === 0 ? NOTHING : asked.find((name) => !counted.has(name));
}

/** How far measurements are, e.g. `errors 0.2 (3), requests not measured yet`. */
export function progressOf({ status }: AnalysisRun): string {
  const results = status?.metricResults ?? [];
  return results.length === 0
    ? "nothing measured yet"
    : results
        .map((each) => `${each.name} ${valueOf(lastOf(each))} (${each.count ?? 0})`)
        .join(", ");
}

/** How many measurements there are: grows with each, also with one that has failed by itself, of which five in a row are an end. */
export function measurementsOf(runs: readonly AnalysisRun[]): number {
  const results = runs.flatMap(({ status }) => status?.metricResults ?? []);
  return results.reduce((sum, { count = 0, error = 0 }) => sum + count + error, 0);
}

function noteOf(result: MetricResult): string {
  const { name, measurements = [], phase = "" } = result;
  const samples = measurements.slice(-SHOWN).map((each) => {
    const [, time = ""] = /T([0-9:]{8})/.exec(each.finishedAt ?? "") ?? [];
    return `${valueOf(each)}${time === "" ? "" : ` at ${time}`}`;
  });
  return `${name}: ${phase}${samples.length === 0 ? ", not measured" : `, ${samples.join(", ")}`}`;
}

/** Slipway's queries have a value otherwise. */
const VALUELESS: Readonly<Record<string, string>> = {
  errors:
    "; no request has the label by which objective.errors knows those that failed, so set that to the one that has",
  p99: "; objective.durations is to name the buckets of a histogram that the pods show",
};

function valuelessOf(result: MetricResult): string {
  const { value = "" } = lastOf(result) ?? {};
  return value === "" || value === "[]"
    ? `its query has no value${VALUELESS[result.name] ?? ""}`
    : "its query's value is no number";
}

function badness(result: MetricResult): string {
  const isBeyond = numberOf(lastOf(result)) === Infinity;
  return isBeyond
    ? `${result.name}, beyond the largest bucket of the histogram,`
    : `${result.name} ${valueOf(lastOf(result))}`;
}

function valueOf(measurement: Measurement | undefined): string {
  const value = numberOf(measurement);
  return value === undefined ? "without a value" : String(Math.round(value * 1000) / 1000);
}

/** Prometheus answers with a list of one number, or of none. */
function numberOf(measurement: Measurement | undefined): number | undefined {
  const text = (measurement?.value ?? "").replace(/^\[|\]$/g, "").replace("+Inf", "Infinity");
  return text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
}

function lastOf(result: MetricResult | undefined): Measurement | undefined {
  return result?.measurements?.at(-1);
}

function isFinal(phase: AnalysisPhase | undefined): boolean {
  return phase !== undefined && phase !== "" && phase !== "Pending" && phase !== "Running";
}

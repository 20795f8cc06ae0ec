import type { Service } from "../service-definition.ts";
import { parseLatency, type Selector } from "../service/objective.ts";
import type { CompletedMeasured } from "../service/steps.ts";
import { blindnessOf } from "./blindness.ts";
import { metadataOf } from "./labels.ts";
import { ROLLOUTS_API } from "./rollout.ts";
import { seriesOf as seriesOfService } from "./series.ts";

/** Seconds that Prometheus may take for an answer. */
const TIMEOUT_SECONDS = 10;

/**
 * What is measured of the new pods of a service. What Argo Rollouts makes of an answer without a value depends on the condition, so each
 * one asks for a value first, and the number of requests is a measurement of its own.
 *
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/analysis/
 */
export function analysisTemplateManifest(service: Service) {
  const { steps, measured, monitoring } = service;
  if (steps === undefined || measured === undefined) {
    return undefined;
  }
  const address = monitoring?.prometheus ?? "";
  const metrics = [errors(service, measured), p99(service, measured), requests(service, measured)];
  return {
    apiVersion: ROLLOUTS_API,
    kind: "AnalysisTemplate",
    metadata: metadataOf(service),
    spec: {
      args: [{ name: "hash" }],
      metrics: metrics
        .filter((metric) => metric !== undefined)
        .map(({ query, ...metric }) => ({
          ...metric,
          provider: { prometheus: { address, query, timeout: TIMEOUT_SECONDS } },
        })),
    },
  };
}

/** Once, at the end: whether there was anything to measure. */
function requests(service: Service, measured: CompletedMeasured) {
  return {
    name: "requests",
    initialDelay: `${measured.for}s`,
    count: 1,
    successCondition: `len(result) > 0 && result[0] >= ${measured.requests}`,
    query: requestsOf(service, measured),
  };
}

/**
 * Of few requests a single error would be many percent: as long as there are fewer than are asked for, these count. Where no request has the
 * label by which errors are known there is no value, because none would ever be seen.
 */
function errors(service: Service, measured: CompletedMeasured) {
  if (measured.errors === undefined) {
    return undefined;
  }
  const failed = `(${countOf(service, measured.series.errors, measured)} or vector(0))`;
  const all = `clamp_min(${requestsOf(service, measured)}, ${measured.requests})`;
  return {
    name: "errors",
    ...repeated(measured),
    successCondition: `len(result) > 0 && result[0] <= ${measured.errors}`,
    query: `100 * ${failed} / ${all}${unlessBlind(service, measured)}`,
  };
}

function unlessBlind(service: Service, { series }: CompletedMeasured): string {
  const blind = blindnessOf(series, (selector) => seriesOf(service, selector));
  return blind === undefined ? "" : ` unless on () (${blind.expression})`;
}

/**
 * Of few requests the slowest is the 99th of a hundred: nothing is said before there are as many as are asked for. Of what is slower than
 * the largest bucket Prometheus says that bucket's end; that is infinite here.
 */
function p99(service: Service, measured: CompletedMeasured) {
  const seconds = parseLatency(measured.p99 ?? "");
  if (seconds === undefined) {
    return undefined;
  }
  const { durations } = measured.series;
  const bucketsOf = (...more: readonly string[]) => {
    const selector = { ...durations, matchers: [...durations.matchers, ...more] };
    return `sum by (le) (${increaseOf(service, selector, measured)})`;
  };
  const enough = `${requestsOf(service, measured)} >= ${measured.requests}`;
  const isWithin = `(max(${bucketsOf('le!="+Inf"')}) >= bool 0.99 * max(${bucketsOf()}))`;
  const quantile = `((histogram_quantile(0.99, ${bucketsOf()}) >= 0) / on () ${isWithin})`;
  return {
    name: "p99",
    ...repeated(measured),
    successCondition: `len(result) > 0 && result[0] <= ${seconds}`,
    query: `(${quantile} and on () (${enough})) or (vector(0) unless on () (${enough}))`,
  };
}

function repeated({ every, for: whole, failures }: CompletedMeasured) {
  return {
    initialDelay: `${every}s`,
    interval: `${every}s`,
    count: Math.max(1, Math.floor(whole / every)),
    failureLimit: failures,
  };
}

function requestsOf(service: Service, measured: CompletedMeasured): string {
  return `(${countOf(service, measured.series.requests, measured)} or vector(0))`;
}

function countOf(service: Service, selector: Selector, measured: CompletedMeasured): string {
  return `sum(${increaseOf(service, selector, measured)})`;
}

/**
 * By how much counters have grown, or what those have that began again. `increase` knows nothing of what a counter had when it was first
 * seen, which of new pods and of rare errors is all; and it makes numbers up between samples.
 */
function increaseOf(service: Service, selector: Selector, { for: seconds }: CompletedMeasured) {
  const now = seriesOf(service, selector);
  return `((${now} - ${now} offset ${seconds}s) >= 0 or ${now})`;
}

/** Those of the new pods alone, whose names begin with the service's and their revision's. */
function seriesOf(service: Service, { metric, matchers }: Selector): string {
  const own = `pod=~"${service.name}-{{args.hash}}-.+"`;
  return seriesOfService(service, { metric, matchers: [own, ...matchers] });
}

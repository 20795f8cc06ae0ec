import type { CompletedObjective } from "../service/objective.ts";
import type { Service } from "../service-definition.ts";
import { promisedBlindness } from "./blindness.ts";
import { manifestHash } from "./hash.ts";
import { MONITORING_API, monitoringMetadata } from "./pod-monitor.ts";
import { recordedOf, seriesLabels, seriesOf } from "./series.ts";

/** A rule of Prometheus, in its own words. */
export type Rule =
  | { readonly record: string; readonly expr: string; readonly labels: Labels }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels: Labels;
      readonly annotations: Labels;
    };

type Labels = Readonly<Record<string, string>>;

/** How fast a budget of 30 days is spent, over which windows, and how soon somebody has to look. */
const BURNS = [
  { rate: 14.4, long: "1h", short: "5m", severity: "critical" },
  { rate: 6, long: "6h", short: "30m", severity: "critical" },
  { rate: 3, long: "1d", short: "2h", severity: "warning" },
  { rate: 1, long: "3d", short: "6h", severity: "warning" },
] as const;

const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;

/** Of 100 requests, how many may take longer than `p99` says. */
const SLOW_SHARE = 0.01;

/** The series that shows that Prometheus evaluates a service's rules as they are now. */
const RULES_METRIC = "slipway_rules";

/**
 * The alerts of what a service promises, undefined if it promises nothing.
 *
 * @see https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
export function prometheusRuleManifest(service: Service) {
  const { objective } = service;
  if (objective === undefined) {
    return undefined;
  }
  return {
    apiVersion: MONITORING_API,
    kind: "PrometheusRule",
    metadata: monitoringMetadata(service, service.name),
    spec: {
      groups: [
        { name: `${service.namespace}.${service.name}`, rules: rulesOf(service, objective) },
      ],
    },
  };
}

/** What tells the rules of a service from those that it had before. */
export function rulesVersion(service: Service): string | undefined {
  const { objective } = service;
  return objective && versionOf(objectiveRules(service, objective));
}

function rulesOf(service: Service, objective: CompletedObjective): Rule[] {
  const rules = objectiveRules(service, objective);
  const labels = { ...seriesLabels(service), version: versionOf(rules) };
  return [{ record: RULES_METRIC, expr: "vector(1)", labels }, ...rules];
}

function versionOf(rules: readonly Rule[]): string {
  return manifestHash(rules).slice("sha256:".length, "sha256:".length + 10);
}

function objectiveRules(service: Service, objective: CompletedObjective): Rule[] {
  return [
    ...availabilityRules(service, objective),
    ...latencyRules(service, objective),
    ...silenceRules(service, objective),
    ...blindRules(service),
  ];
}

function availabilityRules(service: Service, objective: CompletedObjective): Rule[] {
  const { available, requests, errors } = objective;
  if (available === undefined) {
    return [];
  }
  const failed = seriesOf(service, errors);
  const all = seriesOf(service, requests);
  const budget = decimal((100 - available) / 100);
  return [
    ...WINDOWS.map((window) => ({
      record: ratioOf(window),
      // Without a failure so far there is no series of failures.
      expr: `(sum(rate(${failed}[${window}])) or vector(0)) / sum(rate(${all}[${window}]))`,
      labels: seriesLabels(service),
    })),
    ...BURNS.map(({ rate, long, short, severity }) => ({
      alert: "SlipwayErrorBudgetBurn",
      expr: [long, short]
        .map((window) => `${recordedOf(service, ratioOf(window))} > (${rate} * ${budget})`)
        .join(" and "),
      labels: { ...seriesLabels(service), severity, window: long },
      annotations: {
        summary: `${service.name} fails too many requests: at this rate it spends ${rate} times the error budget of ${available} %`,
        description: `{{ $value | humanizePercentage }} of the requests to ${service.namespace}/${service.name} failed in the last ${long}, and as many in the last ${short}.`,
      },
    })),
  ];
}

function ratioOf(window: string): string {
  return `slipway:request_errors:ratio_rate${window}`;
}

/**
 * A budget that is spent `rate` times too fast has `rate` times as many slow requests as it may have, so that a lower quantile is slow.
 * Unlike a share of slow requests, a quantile needs no bucket that ends exactly there.
 */
function latencyRules(service: Service, { p99Seconds, durations }: CompletedObjective): Rule[] {
  if (p99Seconds === undefined) {
    return [];
  }
  const buckets = seriesOf(service, durations);
  return BURNS.map(({ rate, long, short, severity }) => {
    const quantile = decimal(1 - rate * SLOW_SHARE);
    return {
      alert: "SlipwayLatencyBudgetBurn",
      expr: [long, short]
        .map(
          (window) =>
            `histogram_quantile(${quantile}, sum by (le) (rate(${buckets}[${window}]))) > ${p99Seconds}`,
        )
        .join(" and "),
      labels: { ...seriesLabels(service), severity, window: long },
      annotations: {
        summary: `${service.name} answers too slowly: at this rate it spends ${rate} times the budget of 1 % of requests over ${p99Seconds} s`,
        description: `${decimal(rate * SLOW_SHARE * 100)} % of the requests to ${service.namespace}/${service.name} took {{ $value | humanizeDuration }} or longer in the last ${long}, and as many in the last ${short}.`,
      },
    };
  });
}

function blindRules(service: Service): Rule[] {
  const blind = promisedBlindness(service);
  if (blind === undefined) {
    return [];
  }
  const { metric, label, expression } = blind;
  return [
    {
      alert: "SlipwayErrorsUnknown",
      expr: expression,
      for: "10m",
      labels: { ...seriesLabels(service), severity: "warning" },
      annotations: {
        summary: `${service.name} counts requests without the label ${label}, so that its failures are not seen`,
        description: `No series ${metric} of ${service.namespace}/${service.name} has the label ${label}; objective.errors is to name the one by which failures are known.`,
      },
    },
  ];
}

/** An objective of which nothing is measured would never alert. */
function silenceRules(service: Service, objective: CompletedObjective): Rule[] {
  const { namespace, name } = service;
  const up = seriesOf(service, { metric: "up", matchers: [] });
  const { available, requests, durations } = objective;
  const measured = seriesOf(service, available === undefined ? durations : requests);
  return [
    {
      alert: "SlipwayMetricsMissing",
      expr: `absent(${up} == 1)`,
      for: "10m",
      labels: { ...seriesLabels(service), severity: "warning" },
      annotations: {
        summary: `Prometheus scrapes no pod of ${name}, so that its objective is not measured`,
        description: `No pod of ${namespace}/${name} was scraped for 10 minutes.`,
      },
    },
    {
      alert: "SlipwayRequestsUnknown",
      expr: `absent(${measured}) and on () (count(${up} == 1) > 0)`,
      for: "1h",
      labels: { ...seriesLabels(service), severity: "info" },
      annotations: {
        summary: `${name} shows no requests, so that its objective is not measured`,
        description: `${namespace}/${name} is scraped, but has had no series ${measured.replaceAll('"', "'")} for an hour: nobody asks it, or the objective names a different metric.`,
      },
    },
  ];
}

/** A number without what binary fractions add to it. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(12)));
}

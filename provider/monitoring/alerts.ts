import type { WatchedRelease } from "../../contract/monitoring.ts";
import { oneLine } from "../cluster/one-line.ts";
import type { Asked, Sample } from "../prometheus.ts";

/** Whose alerts are looked at. */
export interface Alerted {
  readonly service: string;
  readonly namespace: string;
  /** All of the service, or those of these names. */
  readonly alerts: NonNullable<WatchedRelease["alerts"]>;
}

/** An alert of the service that fires. */
export interface FiringAlert {
  readonly name: string;
  /** The other labels in PromQL's form, on one line. */
  readonly labels: string;
  /** Since when its expression holds, in seconds since 1970 by Prometheus' clock. */
  readonly activeAt: number;
}

/** Labels that say no more of an alert than is said already. */
const KNOWN: ReadonlySet<string> = new Set([
  "__name__",
  "alertname",
  "alertstate",
  "namespace",
  "service",
]);

/** Prometheus' clock, in seconds since 1970. */
export async function prometheusTime(
  prometheus: Pick<Asked, "query">,
  signal: AbortSignal,
): Promise<number> {
  const [now] = await prometheus.query("vector(time())", signal);
  return now?.value ?? Number.NaN;
}

/** The alerts of a service that fire now. */
export async function firingAlerts(
  alerted: Alerted,
  pods: ReadonlySet<string>,
  prometheus: Pick<Asked, "query">,
  signal: AbortSignal,
): Promise<FiringAlert[]> {
  const matchers = matchersOf(alerted);
  // The one has since when an alert's expression holds, the other whether that is long enough to fire.
  const since = `ALERTS_FOR_STATE{${matchers.join(",")}}`;
  const firing = `ALERTS{${[...matchers, 'alertstate="firing"'].join(",")}}`;
  const expression = `${since} and ignoring (alertstate) ${firing}`;
  const samples = await prometheus.query(expression, signal);
  return samples.filter(({ labels }) => isOf(alerted, labels, pods)).map(alertOf);
}

/** An alert that somebody has named may have no label of the service: its expression has them. */
function matchersOf({ namespace, alerts }: Alerted): string[] {
  return alerts === true
    ? [`namespace="${namespace}"`]
    : [
        `namespace=~"|${namespace}"`,
        `alertname=~"${alerts.map((name) => name.replaceAll(/[^\w ]/g, ".")).join("|")}"`,
      ];
}

/** Whether an alert is the service's own. Of all alerts, only those that say so are. */
function isOf(
  { service, namespace, alerts }: Alerted,
  labels: Sample["labels"],
  pods: ReadonlySet<string>,
): boolean {
  const { alertname = "", job, pod } = labels;
  const owner = labels["service"];
  if (alerts !== true) {
    return alerts.includes(alertname) && (owner === undefined || owner === service);
  }
  return (
    owner === service ||
    job === `${namespace}/${service}` ||
    (owner === undefined && pod !== undefined && pods.has(pod))
  );
}

function alertOf({ labels, value }: Sample): FiringAlert {
  const others = Object.entries(labels)
    .filter(([key]) => !KNOWN.has(key))
    .map(([key, text]) => `${key}=${JSON.stringify(text)}`);
  return {
    name: oneLine(labels["alertname"] ?? ""),
    labels: oneLine(others.join(", ")),
    activeAt: value,
  };
}

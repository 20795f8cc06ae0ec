import {
  type CompletedMonitoring,
  completeMonitoring,
  type MonitoredDefinition,
} from "./monitoring.ts";
import {
  type CompletedObjective,
  completeObjective,
  type Objective,
  type ObjectiveDefinition,
} from "./objective.ts";
import { PORT_NAME } from "./port-name.ts";
import type { MeasuredDefinition } from "./steps.ts";
import type { CompletedPorts, NamedPort, Source } from "./ports.ts";

/** Where a service shows its metrics. */
export interface MetricsDefinition {
  /** Such as `/metrics`. */
  readonly path: string;
  /**
   * The port, by its name among `ports` or by its number. A number that is no other port is one that only Prometheus may reach.
   * @default - the port `metrics`, or else the one that the service answers on
   */
  readonly port?: string | number;
  /** @default http */
  readonly scheme?: "http" | "https";
  /**
   * Seconds between two scrapes.
   * @default - as Prometheus has it for all
   */
  readonly interval?: number;
  /**
   * Seconds for which a release that is ready waits until Prometheus has scraped each of its pods.
   * @default - 150, or three intervals and a minute
   */
  readonly waitSeconds?: number;
  /**
   * Whether a release fails if Prometheus does not scrape it, or cannot be asked.
   * @default false
   */
  readonly required?: boolean;
}

/** What of a release is watched: alerts, and what is measured at its steps. */
export interface WatchDefinition extends MeasuredDefinition {
  /**
   * Alerts of the service that fail a release if they begin during its rollout and fire before its pods have settled: all of them, or
   * those of these names.
   * @default - none
   */
  readonly alerts?: true | readonly string[];
}

/** What is watched of a service while it runs. */
export interface MetricsKeys extends MonitoredDefinition, ObjectiveDefinition {
  /**
   * Where it shows its metrics: a path, or more of it.
   * @default - it shows none
   */
  readonly metrics?: string | MetricsDefinition;
  /** @default - no alert fails a release */
  readonly watch?: WatchDefinition;
}

/** Where a service shows its metrics, with a value for everything that has a default. */
export interface CompletedMetrics {
  readonly path: string;
  /** Name of the port. */
  readonly port: string;
  readonly scheme: "http" | "https";
  readonly interval?: number;
  readonly waitSeconds: number;
  readonly required: boolean;
}

/** What is watched of a service, with its defaults; nothing of one that has none. */
export interface CompletedWatching {
  readonly metrics?: CompletedMetrics;
  readonly objective?: CompletedObjective;
  readonly watch?: WatchDefinition;
  readonly monitoring?: CompletedMonitoring;
}

/** Name of a port that stands for a number which is no other port. */
export const METRICS_PORT = "metrics";

const INTERVAL_SECONDS = 30;
/** Until the operator has written the configuration and Prometheus has read it. */
const DISCOVERY_SECONDS = 60;

/** What is watched of a service. */
export function completeWatching(said: MetricsKeys): CompletedWatching {
  const { watch, objective, monitoring } = said;
  const metrics = definitionOf(said);
  return {
    ...(metrics && { metrics: completeMetrics(metrics, said) }),
    // What names metrics alone is for steps.
    ...(objective && isPromise(objective) && { objective: completeObjective(objective) }),
    ...(watch && { watch }),
    ...((metrics ?? watch) && { monitoring: completeMonitoring(monitoring) }),
  };
}

function isPromise({ available, p99 }: Objective): boolean {
  return available !== undefined || p99 !== undefined;
}

function completeMetrics(
  { path, scheme = "http", interval, required = false, ...metrics }: MetricsDefinition,
  said: MetricsKeys & PortNames,
): CompletedMetrics {
  const wait = 3 * (interval ?? INTERVAL_SECONDS) + DISCOVERY_SECONDS;
  return {
    path,
    port: portName(metrics.port, said),
    scheme,
    ...(interval !== undefined && { interval }),
    waitSeconds: metrics.waitSeconds ?? wait,
    required,
  };
}

/** The ports of a service with that of its metrics, which Prometheus may reach whoever else may. */
export function withMetricsPort(
  ports: CompletedPorts,
  said: MetricsKeys & PortNames,
): CompletedPorts {
  const metrics = definitionOf(said);
  if (metrics === undefined) {
    return ports;
  }
  const { namespace, pods } = completeMonitoring(said.monitoring);
  const scraper = { namespace, pods };
  const name = portName(metrics.port, said);
  return { ...ports, ports: reachable(ports.ports, { name, number: metrics.port, scraper }) };
}

interface Reached {
  readonly name: string;
  readonly number: string | number | undefined;
  readonly scraper: Source;
}

function reachable(ports: readonly NamedPort[], { name, number, scraper }: Reached): NamedPort[] {
  const own: NamedPort[] =
    typeof number === "number" && ports.every((port) => port.name !== name)
      ? [{ name, port: number, protocol: "TCP", servicePort: undefined, from: [] }]
      : [];
  return [...ports, ...own].map((port) =>
    port.name === name && port.from ? { ...port, from: [...port.from, scraper] } : port,
  );
}

/** What names the ports of a service. */
export interface PortNames {
  readonly port?: number;
  readonly ports?: Readonly<Record<string, number | { readonly port: number }>>;
}

/** Name of the port by what the settings say of it. */
function portName(said: string | number | undefined, { port, ports = {} }: PortNames): string {
  if (typeof said === "string") {
    return said;
  }
  if (said === undefined) {
    return METRICS_PORT in ports ? METRICS_PORT : PORT_NAME;
  }
  const [named] = Object.entries(ports).find(([, each]) => numberOf(each) === said) ?? [];
  return said === port ? PORT_NAME : (named ?? METRICS_PORT);
}

function numberOf(port: number | { readonly port: number }): number {
  return typeof port === "number" ? port : port.port;
}

function definitionOf({ metrics }: MetricsKeys): MetricsDefinition | undefined {
  return typeof metrics === "string" ? { path: metrics } : metrics;
}

import type { Api } from "../cluster/api.ts";
import { find } from "../cluster/find.ts";
import { oneLine } from "../cluster/one-line.ts";
import type { Asked } from "../prometheus.ts";
import type { Pod } from "../verdict/objects.ts";
import { scrapeCause } from "./scrape-error.ts";
import { poolOf, type Scraped, targetsOf } from "./scrapes.ts";
import {
  type Labels,
  type PrometheusResource,
  type SelectedKind,
  selectionFault,
} from "./selection.ts";

const GROUP = "/apis/monitoring.coreos.com/v1";

/** What is only evidence must not hold up a verdict. */
const PATIENCE_MILLISECONDS = 5000;

/** A cluster has a few; of more, the first say enough. */
const RESOURCES = 20;

/** Where causes are looked for. */
export interface Sources {
  readonly api: Pick<Api, "get">;
  readonly prometheus: Asked;
  readonly signal: AbortSignal;
}

interface Labelled {
  readonly metadata?: { readonly labels?: Labels };
}

/**
 * Why Prometheus does not scrape these pods, a line.
 *
 * @param patience what gives it more time
 */
export async function scrapeCauseOf(
  release: Scraped,
  missing: readonly Pod[],
  names: readonly string[],
  sources: Sources,
  patience = "raise metrics.waitSeconds",
): Promise<string> {
  const { namespace, monitoring } = release;
  const { scrape } = monitoring;
  const bounded = within(sources);
  const { monitor = "", port = "" } = scrape ?? {};
  const known = await bounded.prometheus
    .targets(poolOf(namespace, monitor), bounded.signal)
    .catch(() => []);
  const [failed] = targetsOf(known, names).filter(({ lastError }) => lastError !== "");
  if (failed !== undefined) {
    const { lastError, labels } = failed;
    const cause = scrapeCause(lastError, { port, namespace: monitoring.namespace });
    return `pod ${oneLine(labels["pod"] ?? "")}: ${lastError}${cause === undefined ? "" : `; ${cause}`}`;
  }
  if (targetsOf(known, names).length > 0) {
    return `it knows the pods, and has not scraped them yet; ${patience}`;
  }
  return (
    (await unselected(release, "PodMonitor", monitor, bounded)) ??
    portFault(missing, port) ??
    (await refusedConfiguration(bounded)) ??
    `podmonitor ${monitor} is selected as far as that may be read, and Prometheus does not know its pods; it may not have read its configuration yet, or the operator has refused it: see kubectl --namespace ${namespace} describe podmonitor ${monitor}`
  );
}

/** Why no Prometheus resource selects the PodMonitor of a release, a line; undefined if one does, as far as that is known. */
export function unselectedMonitor(release: Scraped, sources: Sources): Promise<string | undefined> {
  const { monitor = "" } = release.monitoring.scrape ?? {};
  return unselected(release, "PodMonitor", monitor, within(sources));
}

/** Why Prometheus does not have the rules of a release, a line. */
export async function rulesCauseOf(release: Scraped, sources: Sources): Promise<string> {
  const { service, namespace } = release;
  const bounded = within(sources);
  return (
    (await unselected(release, "PrometheusRule", service, bounded)) ??
    (await refusedConfiguration(bounded)) ??
    `it may not have read them yet, or the operator has refused them: see kubectl --namespace ${namespace} describe prometheusrule ${service}`
  );
}

function within({ signal, ...sources }: Sources): Sources {
  return {
    ...sources,
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLISECONDS)]),
  };
}

/** Why no Prometheus resource selects an object; undefined if one does, or if that may not be read. */
async function unselected(
  { namespace, monitoring }: Scraped,
  kind: SelectedKind,
  name: string,
  { api, signal }: Sources,
): Promise<string | undefined> {
  try {
    const path = `${GROUP}/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
    const object = await find<Labelled>(api, path, signal);
    if (object === undefined) {
      return `${kind.toLowerCase()} ${name} does not exist; run pulumi up --refresh`;
    }
    const [resources, home] = await Promise.all([
      resourcesIn(api, monitoring.namespace, signal),
      find<Labelled>(api, `/api/v1/namespaces/${namespace}`, signal).catch(() => undefined),
    ]);
    const selected = {
      ...{ kind, namespace },
      labels: object.metadata?.labels ?? {},
      namespaceLabels: home?.metadata?.labels,
    };
    const faults = resources.map((each) => selectionFault(each, selected));
    return faults.length === 0 || faults.includes(undefined)
      ? undefined
      : `no Prometheus selects ${kind.toLowerCase()} ${name}: ${oneLine(faults.slice(0, 3).join("; "), 600)}`;
  } catch {
    return undefined;
  }
}

/** Those of the whole cluster if they may be listed, or else those beside Prometheus. */
async function resourcesIn(
  api: Pick<Api, "get">,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly PrometheusResource[]> {
  const list = async (path: string) => {
    const answer = await api.get(path, { limit: RESOURCES }, signal);
    return (answer as { readonly items?: readonly PrometheusResource[] }).items ?? [];
  };
  return list(`${GROUP}/prometheuses`).catch(() =>
    list(`${GROUP}/namespaces/${namespace}/prometheuses`),
  );
}

/** What Prometheus shows of itself, where it is scraped as well: nothing new is read until somebody has fixed what it refuses. */
async function refusedConfiguration({ prometheus, signal }: Sources): Promise<string | undefined> {
  const refused = await prometheus
    .query("prometheus_config_last_reload_successful == 0", signal)
    .catch(() => []);
  return refused.length === 0
    ? undefined
    : "it refuses its present configuration, whosever fault that is, and reads nothing new: see its log";
}

/** Prometheus looks for the port's name in the pod's containers. */
function portFault(pods: readonly Pod[], port: string): string | undefined {
  const [without] = pods.filter(
    ({ spec }) =>
      !(spec?.containers ?? []).some(({ ports = [] }) => ports.some(({ name }) => name === port)),
  );
  return without === undefined
    ? undefined
    : `no container of pod ${without.metadata?.name ?? ""} has a port ${port}; set metrics.port`;
}

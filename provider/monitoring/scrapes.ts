import type { WatchedRelease } from "../../contract/monitoring.ts";
import type { Asked, Sample, Target } from "../prometheus.ts";
import type { Pod } from "../verdict/objects.ts";
import { nameOf } from "../verdict/objects.ts";

/** A release, as far as Prometheus is asked about it. */
export interface Scraped {
  readonly service: string;
  readonly namespace: string;
  readonly monitoring: WatchedRelease;
}

/** What Prometheus knows of a release at one moment. */
export interface Scrapes {
  /** Pods of the release that it has not scraped, by name. */
  readonly missing: readonly string[];
  /** Whether it evaluates the rules of the release. */
  readonly hasRules: boolean;
}

/**
 * Which pods Prometheus has scraped, and whether it has the rules. A pod's name may be that of an earlier one, so that only a scrape since
 * its creation counts.
 */
export async function scrapesOf(
  { service, namespace, monitoring }: Scraped,
  pods: readonly Pod[],
  prometheus: Pick<Asked, "query">,
  signal: AbortSignal,
): Promise<Scrapes> {
  const { scrape, rules } = monitoring;
  const [scrapedAt, versions] = await Promise.all([
    scrape === undefined ? [] : prometheus.query(lastScrapes(namespace, scrape.monitor), signal),
    rules === undefined
      ? []
      : prometheus.query(`slipway_rules{namespace="${namespace}",service="${service}"}`, signal),
  ]);
  return {
    missing: scrape === undefined ? [] : missingOf(pods, scrapedAt),
    hasRules: rules === undefined || versions.some(({ labels }) => labels["version"] === rules),
  };
}

/** What Prometheus calls its targets of a PodMonitor. */
export function poolOf(namespace: string, monitor: string): string {
  return `podMonitor/${namespace}/${monitor}/0`;
}

/** Of each target, when it was scraped last, if that succeeded. */
function lastScrapes(namespace: string, monitor: string): string {
  const up = `up{namespace="${namespace}",job="${namespace}/${monitor}"}`;
  return `timestamp(${up}) and ${up} == 1`;
}

function missingOf(pods: readonly Pod[], scrapedAt: readonly Sample[]): string[] {
  const last = new Map<string, number>();
  for (const { labels, value } of scrapedAt) {
    const pod = labels["pod"] ?? "";
    last.set(pod, Math.max(value, last.get(pod) ?? -Infinity));
  }
  return pods.filter((pod) => !((last.get(nameOf(pod)) ?? -Infinity) >= bornAt(pod))).map(nameOf);
}

/** In seconds since 1970, as Prometheus counts. */
function bornAt({ metadata }: Pod): number {
  const at = Date.parse(metadata?.creationTimestamp ?? "");
  return Number.isNaN(at) ? -Infinity : at / 1000;
}

/** What Prometheus knows of these pods as targets. */
export function targetsOf(targets: readonly Target[], pods: readonly string[]): Target[] {
  return targets.filter(({ labels }) => pods.includes(labels["pod"] ?? ""));
}

import type { Cluster } from "../cluster.ts";
import { Prometheus, PrometheusError, unanswered } from "../prometheus.ts";
import type { Failed } from "../verdict/finding.ts";
import { nameOf, type Observed, type Pod } from "../verdict/objects.ts";
import type { Reason } from "../verdict/reasons.ts";
import { newReplicaSet, podsOf } from "../verdict/revision.ts";
import { scrapeCauseOf, type Sources, unselectedMonitor } from "./causes.ts";
import { type Scraped, scrapesOf } from "./scrapes.ts";

/** What is said of new pods whose metrics nobody has, among others. */
const SUSPICIOUS: ReadonlySet<Reason> = new Set(["no-traffic", "not-measured"]);

/**
 * The verdict on a release whose steps had nothing to measure, with the cause if Prometheus scrapes none of its pods: then it is the
 * monitor that has failed, and not the traffic.
 */
export async function withScrapeCause(
  { api, secrets }: Cluster,
  release: Scraped,
  verdict: Failed,
  observed: Observed,
  signal: AbortSignal,
): Promise<Failed> {
  const { prometheus: address, scrape } = release.monitoring;
  if (scrape === undefined || !SUSPICIOUS.has(verdict.reason)) {
    return verdict;
  }
  const replicaSet = newReplicaSet(observed);
  const pods = replicaSet === undefined ? [] : podsOf(replicaSet, observed.pods);
  const sources = { api, prometheus: new Prometheus(address, api), signal };
  const cause = await causeOf(release, pods, sources).catch(unanswered);
  // That it does not answer, the verdict says itself.
  return cause === undefined || cause instanceof PrometheusError
    ? verdict
    : {
        ...verdict,
        notes: [
          secrets.tell(`not-scraped: Prometheus ${address} scrapes none of the new pods: ${cause}`),
          ...(verdict.notes ?? []),
        ],
      };
}

/** The controller takes new pods away as soon as a release has failed, and then only the monitor itself is left to look at. */
async function causeOf(
  release: Scraped,
  pods: readonly Pod[],
  sources: Sources,
): Promise<string | undefined> {
  if (pods.length === 0) {
    return unselectedMonitor(release, sources);
  }
  const { missing } = await scrapesOf(release, pods, sources.prometheus, sources.signal);
  return missing.length < pods.length
    ? undefined
    : scrapeCauseOf(release, pods, pods.map(nameOf), sources, "raise watch.for");
}

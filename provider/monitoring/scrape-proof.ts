import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Cluster } from "../cluster.ts";
import { COLLECTIONS } from "../cluster/collection.ts";
import { pause } from "../cluster/pause.ts";
import { Prometheus, PrometheusError, unanswered } from "../prometheus.ts";
import type { Failed, FinalVerdict, Proof } from "../verdict/finding.ts";
import { nameOf, type Observed, type Pod, uidOf } from "../verdict/objects.ts";
import type { Reason } from "../verdict/reasons.ts";
import { rulesCauseOf, scrapeCauseOf } from "./causes.ts";
import { type Scraped, type Scrapes, scrapesOf } from "./scrapes.ts";
import { withScrapeCause } from "./unmeasured.ts";

/** How soon Prometheus is asked again. */
const AGAIN_MILLISECONDS = 2000;

/** Without a scrape of its own a release waits as long for its rules: the operator has them in a minute. */
const RULES_SECONDS = 150;

/** How remarks on what Prometheus lacks begin, so that a later look can replace them. */
export const UNPROVED = ["not-scraped: ", "rules-not-loaded: ", "errors-unknown: "] as const;

/** What the proof is made with. */
export interface ProofOptions {
  readonly signal: AbortSignal;
  readonly progress?: (text: string) => void;
  /** Whether what Prometheus lacks is waited for; otherwise this moment counts. */
  readonly wait: boolean;
}

/** What Prometheus lacks of a release. */
interface Lack {
  readonly reason: Extract<Reason, "not-scraped" | "rules-not-loaded">;
  readonly object: string;
  readonly message: string;
}

/** A verdict after Prometheus was asked. */
export interface ScrapedVerdict {
  readonly verdict: FinalVerdict;
  /** Whether Prometheus did not answer, so that nothing new is known. */
  readonly isSilent: boolean;
}

/**
 * The verdict on a release that is ready, once Prometheus was asked whether it scrapes each pod and has the rules: with a
 * remark on what it lacks, or failed if the release requires it. One that nobody watches stays as it is, and costs no question. One
 * that has failed because nothing could be measured has the cause.
 */
export async function provedScrapes(
  cluster: Cluster,
  { service, namespace, monitoring }: ReadinessInputs,
  { verdict, observed }: { readonly verdict: FinalVerdict; readonly observed: Observed },
  options: ProofOptions,
): Promise<ScrapedVerdict> {
  if (monitoring === undefined) {
    return { verdict, isSilent: false };
  }
  const release = { service, namespace, monitoring };
  if (verdict.kind === "failed") {
    const told = await withScrapeCause(cluster, release, verdict, observed, options.signal);
    return { verdict: told, isSilent: false };
  }
  const proved = new Set(verdict.pods.map(({ name }) => name));
  const pods = observed.pods.filter((pod) => proved.has(nameOf(pod)));
  const found = await lacksOf(cluster, release, pods, options);
  if (found instanceof PrometheusError && !options.wait) {
    return { verdict, isSilent: true };
  }
  const isSilent = found instanceof PrometheusError;
  const lacks = isSilent ? silent(release, found) : found;
  const told = lacks.map((lack) => ({ ...lack, message: cluster.secrets.tell(lack.message) }));
  const seen = judged(verdict, told, monitoring.required === true);
  const blind = isSilent ? [] : await blindNotes(cluster, release, options.signal);
  return { verdict: withNotes(seen, blind), isSilent };
}

function judged(
  verdict: Extract<FinalVerdict, { kind: "ready" }>,
  lacks: readonly Lack[],
  isRequired: boolean,
): FinalVerdict {
  const [first, ...others] = lacks;
  if (first === undefined) {
    return verdict;
  }
  const remarks = (of: readonly Lack[]) => of.map(({ reason, message }) => `${reason}: ${message}`);
  const { notes = [] }: Proof = verdict;
  return isRequired
    ? ({ kind: "failed", ...first, notes: [...remarks(others), ...notes] } satisfies Failed)
    : { ...verdict, notes: [...remarks(lacks), ...notes] };
}

async function lacksOf(
  cluster: Cluster,
  release: Scraped,
  pods: readonly Pod[],
  options: ProofOptions,
): Promise<Lack[] | PrometheusError> {
  const { monitoring } = release;
  const prometheus = new Prometheus(monitoring.prometheus, cluster.api);
  const found = await lastScrapes(release, pods, prometheus, options);
  if (found instanceof PrometheusError) {
    return found;
  }
  const { missing, hasRules } = found;
  const sources = { api: cluster.api, prometheus, signal: options.signal };
  const { monitor = "" } = monitoring.scrape ?? {};
  const unscraped = await stillThere(
    pods.filter((pod) => missing.includes(nameOf(pod))),
    cluster,
    release,
    options.signal,
  );
  const number = `${unscraped.length} of ${pods.length} pods`;
  return [
    ...(unscraped.length === 0
      ? []
      : [
          {
            reason: "not-scraped" as const,
            object: `podmonitor ${monitor}`,
            message: `Prometheus ${monitoring.prometheus} has not scraped ${number}: ${await scrapeCauseOf(release, unscraped, missing, sources)}`,
          },
        ]),
    ...(hasRules
      ? []
      : [
          {
            reason: "rules-not-loaded" as const,
            object: `prometheusrule ${release.service}`,
            message: `Prometheus ${monitoring.prometheus} does not evaluate the rules of ${release.service}: ${await rulesCauseOf(release, sources)}`,
          },
        ]),
  ];
}

/** That a release counts its failures by a label that its requests have not; before the first request nobody knows. */
async function blindNotes(
  { api }: Cluster,
  { monitoring }: Scraped,
  signal: AbortSignal,
): Promise<string[]> {
  const { prometheus, blind } = monitoring;
  if (blind === undefined) {
    return [];
  }
  const { metric, label, expression } = blind;
  const found = await new Prometheus(prometheus, api).query(expression, signal).catch(() => []);
  return found.length === 0
    ? []
    : [
        `errors-unknown: no series ${metric} has the label ${label}, so that failures are not seen; set objective.errors, such as ${metric}{status=~"5.."}`,
      ];
}

function withNotes(verdict: FinalVerdict, more: readonly string[]): FinalVerdict {
  return more.length === 0 ? verdict : { ...verdict, notes: [...(verdict.notes ?? []), ...more] };
}

/** Those of the pods that are still there: others may have been taken away meanwhile. All if nobody may list them. */
async function stillThere(
  pods: readonly Pod[],
  { api }: Cluster,
  { namespace, service }: Scraped,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  if (pods.length === 0) {
    return pods;
  }
  try {
    const labelSelector = `app.kubernetes.io/name=${service}`;
    const answer = await api.get(COLLECTIONS.pods.path(namespace), { labelSelector }, signal);
    const { items = [] } = answer as { readonly items?: readonly Pod[] };
    const living = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    const uids = new Set(living.map(uidOf));
    return pods.filter((pod) => uids.has(uidOf(pod)));
  } catch {
    return pods;
  }
}

/** Nobody knows what a Prometheus that does not answer scrapes. */
function silent({ service, monitoring }: Scraped, { message }: PrometheusError): Lack[] {
  const { scrape, rules } = monitoring;
  return scrape === undefined && rules === undefined
    ? []
    : [{ reason: "not-scraped", object: `podmonitor ${scrape?.monitor ?? service}`, message }];
}

/** What it has in the end: a new pod is known after a moment, and a new monitor after a minute. */
async function lastScrapes(
  release: Scraped,
  pods: readonly Pod[],
  prometheus: Prometheus,
  { signal, wait, progress }: ProofOptions,
): Promise<Scrapes | PrometheusError> {
  const seconds = release.monitoring.scrape?.waitSeconds ?? RULES_SECONDS;
  const until = performance.now() + (wait ? seconds * 1000 : 0);
  for (;;) {
    const found = await scrapesOf(release, pods, prometheus, signal).catch(unanswered);
    const isDone = "missing" in found && found.missing.length === 0 && found.hasRules;
    if (isDone || signal.aborted || performance.now() >= until) {
      return found;
    }
    progress?.(progressOf(found, pods.length));
    await pause(AGAIN_MILLISECONDS, signal);
  }
}

function progressOf(found: Scrapes | PrometheusError, pods: number): string {
  if (found instanceof PrometheusError) {
    return `ready; ${found.message}`;
  }
  const { missing, hasRules } = found;
  return `ready, ${pods - missing.length}/${pods} scraped${hasRules ? "" : ", rules not loaded"}`;
}

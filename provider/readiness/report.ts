import type { Evidence } from "../../contract/evidence";
import type { ReadinessInputs } from "../../contract/readiness";
import type { Cluster } from "../cluster";
import { bounded } from "../verdict/bound";
import { evidenceOf, logSources } from "../verdict/evidence";
import type { Finding } from "../verdict/finding";
import type { Observed } from "../verdict/objects";
import { reportOn } from "../verdict/report";
import { shortcomings } from "./forbidden";

/** Logs and the like are worth waiting for, but not long: the verdict is known. */
const EVIDENCE_MILLISECONDS = 10_000;

/** A finding to be reported, with what it was made from. */
export interface Case {
  readonly release: ReadinessInputs;
  readonly finding: Finding;
  readonly observed: Observed;
  /** How long the wait took; undefined where nothing was waited for. */
  readonly seconds: number | undefined;
  /** What else is known, a line. */
  readonly note?: string | undefined;
}

/** A failed verdict, for people and for machines. */
export interface Report {
  readonly text: string;
  /** What the text says, small enough to be kept. */
  readonly evidence: Evidence;
}

/** Gathers the evidence for a failed verdict from the cluster, and puts it into words. */
export async function reportOf(
  cluster: Cluster,
  context: string,
  { release, finding, observed, seconds, note }: Case,
  interruption: AbortSignal,
): Promise<Report> {
  const signal = AbortSignal.any([interruption, AbortSignal.timeout(EVIDENCE_MILLISECONDS)]);
  const sources = signal.aborted || release.logs === false ? [] : logSources(observed, finding);
  const [logs, notes, poorer] = await Promise.all([
    Promise.all(sources.map((source) => cluster.log(release.namespace, source, signal))),
    notesOn(cluster, finding, observed, signal),
    shortcomings(cluster, release, finding, signal),
  ]);
  const own = note === undefined ? [] : [note];
  const known = [...(finding.notes ?? []), ...own, ...notes, ...poorer];
  const facts = { release, finding, observed, logs, notes: known, context };
  const evidence = cluster.secrets.hideIn(evidenceOf(facts));
  const headline = { service: release.service, reason: finding.reason, seconds };
  return { text: reportOn(headline, evidence), evidence: bounded(evidence) };
}

async function notesOn(
  cluster: Cluster,
  { reason }: Finding,
  { ingress }: Observed,
  signal: AbortSignal,
): Promise<string[]> {
  const name = ingress?.spec?.ingressClassName;
  if (reason !== "ingress-no-address" || name === undefined) {
    return [];
  }
  const exists = await cluster.hasIngressClass(name, signal);
  return exists === false ? [`the cluster has no ingress class ${name}`] : [];
}

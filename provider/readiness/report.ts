import type { ReadinessInputs } from "../../contract";
import type { Cluster } from "../cluster";
import { evidence, logSources } from "../verdict/evidence";
import type { Finding } from "../verdict/finding";
import type { Observed } from "../verdict/objects";

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

/** Gathers the evidence for a failed verdict from the cluster, and puts it into words. */
export async function reportOf(
  cluster: Cluster,
  context: string,
  { release, finding, observed, seconds, note }: Case,
  interruption: AbortSignal,
): Promise<string> {
  const signal = AbortSignal.any([interruption, AbortSignal.timeout(EVIDENCE_MILLISECONDS)]);
  const sources = signal.aborted || release.logs === false ? [] : logSources(observed, finding);
  const [logs, notes] = await Promise.all([
    Promise.all(sources.map((source) => cluster.log(release.namespace, source, signal))),
    notesOn(cluster, finding, observed, signal),
  ]);
  const known = note === undefined ? notes : [note, ...notes];
  return evidence({ release, finding, seconds, observed, logs, notes: known, context });
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

import type { Evidence } from "../../contract/evidence.ts";
import { bounded } from "../verdict/bound.ts";
import { evidenceOf, logSources } from "../verdict/evidence.ts";
import type { Finding } from "../verdict/finding.ts";
import { reportOn } from "../verdict/report.ts";
import type { Reported } from "./awaited.ts";
import { shortcomings } from "./forbidden.ts";

/** Logs and the like are worth waiting for, but not long: the verdict is known. */
const EVIDENCE_MILLISECONDS = 10_000;

/** A finding to be reported, with what it was made from. */
export interface Case<O> {
  readonly finding: Finding;
  readonly observed: O;
  /** How long the wait took; undefined if nothing was waited for. */
  readonly seconds: number | undefined;
  /** What else is known, a line. */
  readonly note?: string | undefined;
  /**
   * Whether what follows deletes the pods, so that nobody can describe them afterwards.
   * @default false
   */
  readonly deletesPods?: boolean;
}

/** A failed verdict, for people and for machines. */
export interface Report {
  readonly text: string;
  /** What the text says, small enough to be kept. */
  readonly evidence: Evidence;
}

/**
 * Gathers the evidence for a failed verdict from the cluster, and puts it into words.
 * @param context the kubeconfig's, for the command to run next
 */
export async function reportOf<O, R extends object>(
  awaited: Reported<O, R>,
  context: string,
  { finding, observed, seconds, note, deletesPods = false }: Case<O>,
  interruption: AbortSignal,
): Promise<Report> {
  const signal = AbortSignal.any([interruption, AbortSignal.timeout(EVIDENCE_MILLISECONDS)]);
  const { cluster, place } = awaited;
  const { name, namespace } = place;
  const trail = awaited.trail(observed, finding);
  const isMute = signal.aborted || finding.reason === "cluster-unauthorized";
  const sources =
    isMute || !awaited.logs || namespace === undefined ? [] : logSources(trail.suspects);
  const reading = Promise.all(
    sources.map((source) => cluster.log(namespace ?? "", source, signal)),
  );
  const [logs, notes = [], poorer] = await Promise.all([
    reading,
    awaited.notes?.(observed, finding, { logs: reading, signal }),
    shortcomings(awaited, finding, signal),
  ]);
  const own = note === undefined ? [] : [note];
  const known = [...(finding.notes ?? []), ...own, ...notes, ...poorer];
  const target = deletesPods ? { ...trail.target, pods: [] } : trail.target;
  const found = evidenceOf({ finding, trail: { ...trail, target }, logs, notes: known, context });
  const evidence = cluster.secrets.hideIn(found);
  const headline = { service: name, reason: finding.reason, seconds };
  return { text: reportOn(headline, evidence), evidence: bounded(evidence) };
}

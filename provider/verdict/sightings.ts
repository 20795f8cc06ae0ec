import { causeOf, type Failed, type Finding, type Progressing, toleranceOf } from "./finding.ts";

/** What is older than the wait may have recovered already; it has this long to show that. */
const RECOVERY_SECONDS = 30;

/** A moment of a wait. */
export interface Moment {
  /** On the clock of the wait, in milliseconds. */
  readonly now: number;
  /** When the wait has failed if nothing moves until then, on the same clock. */
  readonly deadline: number;
  /** The present by the cluster's clock, in milliseconds since 1970; undefined if it is unknown. */
  readonly clusterTime: number | undefined;
  /** The progress in one line. */
  readonly text: string;
}

/**
 * What was found in the course of a wait, and since when: a finding fails what is awaited when it has lasted for its
 * tolerance. One on an object that existed well before the wait, and that shows nothing new, gets time to recover:
 * whoever runs `pulumi up` again after creating the missing Secret finds the old failure until the kubelet retries.
 */
export class Sightings {
  #seen: Map<string, Sighting> | undefined;

  /**
   * The verdict on what is found now, undefined if that is nothing.
   * @param late puts a finding into words that fails at the deadline, when no finding names the cause
   */
  judge(
    findings: readonly Finding[],
    { now, deadline, clusterTime, text }: Moment,
    late = (finding: Finding) => finding,
  ): Failed | Progressing | undefined {
    this.#remember(findings, clusterTime, now);
    const [first] = findings;
    if (first === undefined) {
      return undefined;
    }
    const ripe = findings.find((finding) => now >= this.#ripeAt(finding, now));
    if (ripe !== undefined && ripe.reason !== "progress-deadline") {
      return { kind: "failed", ...ripe };
    }
    if (ripe !== undefined || now >= deadline) {
      // The deadline only says that it takes too long; what is tolerated until then says why.
      return { kind: "failed", ...(causeOf(findings) ?? late(ripe ?? first)) };
    }
    const wakeAt = findings.map((finding) => this.#ripeAt(finding, now));
    return { kind: "progressing", text, wakeAt: Math.min(deadline, ...wakeAt) };
  }

  #remember(findings: readonly Finding[], clusterTime: number | undefined, now: number): void {
    const before = this.#seen;
    const earlier = new Map([...(before?.values() ?? [])].map((known) => [known.subject, known]));
    const sighted = (finding: Finding): Sighting => {
      const { message, aftermath = 0 } = finding;
      const known = before?.get(keyOf(finding));
      const subject = subjectOf(finding);
      const last = earlier.get(subject);
      const first = last?.first ?? now;
      const left = last?.aftermath ? Math.max(last.aftermath, (now - last.first) / 1000) : 0;
      const old =
        known === undefined
          ? before === undefined && isOld(finding, clusterTime)
          : known.old && known.message === message;
      const grace = known?.grace ?? left;
      return { subject, first, since: known?.since ?? now, message, old, grace, aftermath };
    };
    this.#seen = new Map(findings.map((finding) => [keyOf(finding), sighted(finding)]));
  }

  /** When a finding is no longer tolerated, if it lasts until then. */
  #ripeAt(finding: Finding, now: number): number {
    const { since = now, old = false, grace = 0 } = this.#seen?.get(keyOf(finding)) ?? {};
    const seconds = Math.max(toleranceOf(finding), grace, old ? RECOVERY_SECONDS : 0);
    return since + seconds * 1000;
  }
}

/** A finding in the course of time. */
interface Sighting {
  /** What it is about, in whatever phase. */
  readonly subject: string;
  /** Since when it has lasted, in whatever phase. */
  readonly first: number;
  readonly since: number;
  readonly message: string;
  /** Whether it is older than the wait and has shown nothing new. */
  readonly old: boolean;
  /** Seconds that the phase before has left it. */
  readonly grace: number;
  /** Seconds that this phase leaves to the next. */
  readonly aftermath: number;
}

function isOld({ bornAt = "" }: Finding, clusterTime = NaN): boolean {
  return Date.parse(bornAt) < clusterTime - RECOVERY_SECONDS * 1000;
}

function keyOf(finding: Finding): string {
  return `${subjectOf(finding)} ${finding.phase ?? ""}`;
}

function subjectOf({ reason, object, container = "" }: Finding): string {
  return `${reason} ${object} ${container}`;
}

import { type Finding, toleranceOf } from "./finding.ts";

/** What is older than the wait may be mended already; it has this long to show that. */
const MENDING_SECONDS = 30;

/**
 * What was found in the course of a wait, and since when: a finding fails what is awaited when it has lasted for its
 * tolerance. One on an object that was there well before the wait, and that shows nothing new, gets time to be mended:
 * whoever runs `pulumi up` again after making the missing Secret finds the old failure still there until the kubelet
 * tries again.
 */
export class Sightings {
  #seen: Map<string, Sighting> | undefined;

  /**
   * Takes what is found now in the place of what was found before.
   *
   * @param clusterTime the present by the cluster's clock, in milliseconds since 1970
   * @param now on the caller's clock, in milliseconds
   */
  remember(findings: readonly Finding[], clusterTime: number | undefined, now: number): void {
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
  ripeAt(finding: Finding, now: number): number {
    const { since = now, old = false, grace = 0 } = this.#seen?.get(keyOf(finding)) ?? {};
    const seconds = Math.max(toleranceOf(finding), grace, old ? MENDING_SECONDS : 0);
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

function isOld({ bornAt }: Finding, clusterTime: number | undefined): boolean {
  return (
    clusterTime !== undefined &&
    bornAt !== undefined &&
    Date.parse(bornAt) < clusterTime - MENDING_SECONDS * 1000
  );
}

function keyOf(finding: Finding): string {
  return `${subjectOf(finding)} ${finding.phase ?? ""}`;
}

function subjectOf({ reason, object, container = "" }: Finding): string {
  return `${reason} ${object} ${container}`;
}

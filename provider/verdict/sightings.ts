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
    const sighted = (finding: Finding): Sighting => {
      const { message } = finding;
      const known = before?.get(keyOf(finding));
      const old =
        known === undefined
          ? before === undefined && isOld(finding, clusterTime)
          : known.old && known.message === message;
      return { since: known?.since ?? now, message, old };
    };
    this.#seen = new Map(findings.map((finding) => [keyOf(finding), sighted(finding)]));
  }

  /** When a finding is no longer tolerated, if it lasts until then. */
  ripeAt(finding: Finding, now: number): number {
    const { since = now, old = false } = this.#seen?.get(keyOf(finding)) ?? {};
    const tolerance = toleranceOf(finding);
    return since + (old ? Math.max(tolerance, MENDING_SECONDS) : tolerance) * 1000;
  }
}

/** A finding in the course of time. */
interface Sighting {
  readonly since: number;
  readonly message: string;
  /** Whether it is older than the wait and has shown nothing new. */
  readonly old: boolean;
}

function isOld({ bornAt }: Finding, clusterTime: number | undefined): boolean {
  return (
    clusterTime !== undefined &&
    bornAt !== undefined &&
    Date.parse(bornAt) < clusterTime - MENDING_SECONDS * 1000
  );
}

function keyOf({ reason, object, container = "", phase = "" }: Finding): string {
  return `${reason} ${object} ${container} ${phase}`;
}

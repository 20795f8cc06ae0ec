import type { ObjectAssessment } from "./awaited-object.ts";
import { causeOf, type FinalVerdict, type Verdict } from "./finding.ts";
import { Sightings } from "./sightings.ts";

/** What is known of an object that is ready. */
export interface Summary {
  readonly text: string;
}

/**
 * A wait in the course of time, for what is to be ready by a deadline that nothing moves. It has no clock of its own;
 * the verdict follows from what was observed, and when.
 *
 * - A finding fails what is awaited when it has lasted for its tolerance: see `Sightings`.
 * - At the deadline, whatever is still in the way is the verdict.
 */
export class Course {
  readonly #deadline: number;
  readonly #sightings = new Sightings();

  /** @param startedAt when the wait began, in milliseconds on the clock of `judge`'s `now` */
  constructor(startedAt: number, seconds: number) {
    this.#deadline = startedAt + seconds * 1000;
  }

  /** When the wait is over, whatever happens. */
  deadline(): number {
    return this.#deadline;
  }

  /**
   * The verdict on what is shown now.
   * @param clusterTime now by the cluster's clock, in milliseconds since 1970
   */
  judge({ findings, text }: ObjectAssessment, now: number, clusterTime?: number): Verdict<Summary> {
    this.#sightings.remember(findings, clusterTime, now);
    const [first] = findings;
    if (first === undefined) {
      return { kind: "ready", text };
    }
    const ripe = findings.find((finding) => now >= this.#sightings.ripeAt(finding, now));
    if (ripe !== undefined || now >= this.#deadline) {
      return { kind: "failed", ...(ripe ?? causeOf(findings) ?? first) };
    }
    const wakeAt = findings.map((finding) => this.#sightings.ripeAt(finding, now));
    return { kind: "progressing", text, wakeAt: Math.min(this.#deadline, ...wakeAt) };
  }
}

/** The verdict of one moment, without waiting: what is not ready now has failed. */
export function atOnce({ findings, text }: ObjectAssessment): FinalVerdict<Summary> {
  const worst = causeOf(findings) ?? findings[0];
  return worst === undefined ? { kind: "ready", text } : { kind: "failed", ...worst };
}

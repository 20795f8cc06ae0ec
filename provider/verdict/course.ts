import type { ObjectAssessment } from "./awaited-object.ts";
import { failedAtOnce, type FinalVerdict, type Verdict } from "./finding.ts";
import { Sightings } from "./sightings.ts";

/** What is known of an object that is ready. */
export interface Summary {
  readonly text: string;
}

/**
 * A wait in the course of time, with a deadline that nothing moves. It has no clock of its own; the verdict follows from
 * what was observed, and when.
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

  /** When the wait ends, whatever happens. */
  deadline(): number {
    return this.#deadline;
  }

  /**
   * The verdict on what the object shows now.
   * @param clusterTime now by the cluster's clock, in milliseconds since 1970
   */
  judge({ findings, text }: ObjectAssessment, now: number, clusterTime?: number): Verdict<Summary> {
    const moment = { now, clusterTime, deadline: this.#deadline, text };
    return this.#sightings.judge(findings, moment) ?? { kind: "ready", text };
  }
}

/** The verdict of one moment, without waiting: what is not ready now has failed. */
export function atOnce({ findings, text }: ObjectAssessment): FinalVerdict<Summary> {
  return failedAtOnce(findings) ?? { kind: "ready", text };
}

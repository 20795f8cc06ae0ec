import type { ObjectReadinessInputs } from "../../contract/object-readiness";
import { type ObjectAssessment, type ObservedObject, titleOf } from "./awaited-object";
import { causeOf, type Finding } from "./finding";
import { assessObject } from "./object-kinds";
import { Sightings } from "./sightings";

/** What can be said of an object at one moment. */
export type ObjectVerdict =
  | { readonly kind: "ready"; readonly text: string }
  | {
      readonly kind: "progressing";
      /** One line for who watches, e.g. `0/1 succeeded, 1 pulling`. */
      readonly text: string;
      /** When to judge again though nothing has changed, on the clock of the caller's `now`. */
      readonly wakeAt: number;
    }
  | ({ readonly kind: "failed" } & Finding);

/**
 * The wait for an object in the course of time: what the rules of one moment cannot know.
 * It has no clock of its own; the verdict follows from what was observed, and when.
 *
 * - A finding fails the object when it has lasted for its tolerance: see `Sightings`.
 * - Another revision than the one first seen is somebody else's change.
 * - At the deadline, whatever is still in the way is the verdict: it counts from the start of the wait, and nothing
 *   moves it.
 */
export class ObjectWait {
  /** When the wait is over, whatever happens. */
  readonly deadline: number;
  readonly #sightings = new Sightings();
  #revision: string | undefined;

  /**
   * @param startedAt when the wait began, in milliseconds on the clock of `judge`'s `now`
   * @param timeoutSeconds a limit beside the object's own; 0 for none
   */
  constructor(
    private readonly awaited: ObjectReadinessInputs,
    startedAt: number,
    timeoutSeconds = 0,
  ) {
    const seconds = Math.min(awaited.deadlineSeconds, timeoutSeconds || Infinity);
    this.deadline = startedAt + seconds * 1000;
  }

  /** The verdict on what is observed now. */
  judge(observed: ObservedObject, now: number): ObjectVerdict {
    const assessment = assessObject(this.awaited, observed);
    const findings = [...this.#otherRevision(assessment), ...assessment.findings];
    this.#sightings.remember(findings, observed.clusterTime, now);
    const [first] = findings;
    if (first === undefined) {
      return { kind: "ready", text: assessment.text };
    }
    const ripe = findings.find((finding) => now >= this.#sightings.ripeAt(finding, now));
    if (ripe !== undefined || now >= this.deadline) {
      return { kind: "failed", ...(ripe ?? causeOf(findings) ?? first) };
    }
    const wakeAt = findings.map((finding) => this.#sightings.ripeAt(finding, now));
    return {
      kind: "progressing",
      text: assessment.text,
      wakeAt: Math.min(this.deadline, ...wakeAt),
    };
  }

  #otherRevision({ revision }: ObjectAssessment): Finding[] {
    this.#revision ??= revision;
    if (revision === undefined || revision === this.#revision) {
      return [];
    }
    const message = `somebody has changed the pods during the wait: revision ${revision} took the place of ${this.#revision ?? ""}`;
    return [{ reason: "superseded", object: titleOf(this.awaited), message }];
  }
}

/** The verdict of one moment, without waiting: what is not ready now has failed. */
export function judgeObjectAtOnce(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject,
): Exclude<ObjectVerdict, { kind: "progressing" }> {
  const { findings, text } = assessObject(awaited, observed);
  const worst = causeOf(findings) ?? findings[0];
  return worst === undefined ? { kind: "ready", text } : { kind: "failed", ...worst };
}

import type { ObjectReadinessInputs } from "../../contract/object-readiness";
import { type ObjectAssessment, type ObservedObject, titleOf } from "./awaited-object";
import { atOnce, Course, type Summary } from "./course";
import type { FinalVerdict, Finding, Verdict } from "./finding";
import { assessObject } from "./object-kinds";

/** The wait for an object: another revision than the one first seen is somebody else's change. */
export class ObjectWait {
  readonly #course: Course;
  #revision: string | undefined;

  /** @param startedAt when the wait began, in milliseconds on the clock of `judge`'s `now` */
  constructor(
    private readonly awaited: ObjectReadinessInputs,
    startedAt: number,
    seconds = awaited.deadlineSeconds,
  ) {
    this.#course = new Course(startedAt, seconds);
  }

  /** When the wait is over, whatever happens. */
  deadline(): number {
    return this.#course.deadline();
  }

  /** The verdict on what is observed now. */
  judge(observed: ObservedObject, now: number): Verdict<Summary> {
    const assessment = assessObject(this.awaited, observed);
    const findings = [...this.#otherRevision(assessment), ...assessment.findings];
    return this.#course.judge({ ...assessment, findings }, now, observed.clusterTime);
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
): FinalVerdict<Summary> {
  return atOnce(assessObject(awaited, observed));
}

import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { type ObjectAssessment, objectFinding, type ObservedObject } from "./awaited-object.ts";
import { atOnce, Course, type Summary } from "./course.ts";
import type { FinalVerdict, Finding, Verdict } from "./finding.ts";
import { withGraces } from "./grace.ts";
import { assessObject } from "./object-kinds.ts";

/** The wait for an object: a revision other than the one first seen is somebody else's change. */
export class ObjectWait {
  readonly #course: Course;
  #revision: string | undefined;

  private readonly awaited: ObjectReadinessInputs;

  /** @param startedAt when the wait began, in milliseconds on the clock of `judge`'s `now` */
  constructor(
    awaited: ObjectReadinessInputs,
    startedAt: number,
    seconds = awaited.deadlineSeconds,
  ) {
    this.awaited = awaited;
    this.#course = new Course(startedAt, seconds);
  }

  /** When the wait ends, whatever happens. */
  deadline(): number {
    return this.#course.deadline();
  }

  /** The verdict on what is observed now. */
  judge(observed: ObservedObject, now: number): Verdict<Summary> {
    const assessment = assessObject(this.awaited, observed);
    const shown = withGraces(assessment.findings, observed.graces ?? []);
    const findings = [...this.#otherRevision(assessment), ...shown];
    return this.#course.judge({ ...assessment, findings }, now, observed.clusterTime);
  }

  #otherRevision({ revision }: ObjectAssessment): Finding[] {
    this.#revision ??= revision;
    if (revision === undefined || revision === this.#revision) {
      return [];
    }
    const message = `somebody has changed the pods during the wait: revision ${revision} replaced ${this.#revision ?? ""}`;
    return [objectFinding(this.awaited, "superseded", message)];
  }
}

/** The verdict of one moment, without waiting: what is not ready now has failed. */
export function judgeObjectAtOnce(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject,
): FinalVerdict<Summary> {
  return atOnce(assessObject(awaited, observed));
}

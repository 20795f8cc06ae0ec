import type { ControllerReport } from "../../contract/hand-off.ts";
import type { Assessment, Fault } from "./assessment.ts";

/** For drift that nobody mends, and for a look that the controller takes after it has applied. */
const SETTLE_SECONDS = 5;
/** For drift that the controller mends by itself, which it does at its own pace. */
const HEAL_SECONDS = 30;

/** What follows from what a controller shows. */
export type Decision = { readonly report: ControllerReport } & (
  | { readonly kind: "applied" }
  | ({ readonly kind: "failed" } & Fault)
  | { readonly kind: "waiting"; readonly text: string }
);

/** The wait for a controller in the course of time. */
export class Course {
  readonly #startedAt: number;
  readonly #seconds: number;
  /** What was found last, and since when. */
  #found: { readonly words: string; readonly since: number } | undefined;
  #appliedAt: number | undefined;

  /** @param startedAt in milliseconds, on the clock of `judge`'s `now` */
  constructor(startedAt: number, seconds: number) {
    this.#startedAt = startedAt;
    this.#seconds = seconds;
  }

  /** When it ends, whatever happens. */
  deadline(): number {
    return this.#startedAt + this.#seconds * 1000;
  }

  judge(assessment: Assessment, now: number): Decision {
    const { report } = assessment;
    const isOver = now >= this.deadline();
    switch (assessment.kind) {
      case "applied":
        this.#found = undefined;
        return this.#settled(assessment, now);
      case "failed": {
        const { lasting, reason, message, notes = [] } = assessment;
        const since = this.#since(`${reason}: ${message}`, now);
        return isOver || now - since >= lasting * 1000
          ? { kind: "failed", reason, message, notes, report }
          : { kind: "waiting", text: `may have failed: ${message}`, report };
      }
      case "waiting": {
        // It may be about to retry what has failed: only if that succeeds is it over.
        const { text } = assessment;
        const message = `not applied after ${this.#seconds} s: it ${text}`;
        return isOver
          ? { kind: "failed", reason: "not-applied", message, report }
          : { kind: "waiting", text, report };
      }
    }
  }

  #settled({ isSettled, report }: Extract<Assessment, { kind: "applied" }>, now: number): Decision {
    this.#appliedAt ??= now;
    const seconds = report.selfHeal === true ? HEAL_SECONDS : SETTLE_SECONDS;
    return isSettled || now - this.#appliedAt >= seconds * 1000
      ? { kind: "applied", report }
      : { kind: "waiting", text: "has applied it, and looks at it again", report };
  }

  /** The same in other numbers is the same: names of folders, ports and times differ from one try to the next. */
  #since(said: string, now: number): number {
    const words = said.replaceAll(/\d+/g, "0");
    if (this.#found?.words !== words) {
      this.#found = { words, since: now };
    }
    return this.#found.since;
  }
}

import type { ReadinessInputs } from "../../contract";
import { assess, type Assessment } from "./assessment";
import { causeOf, type Finding, toleranceOf, type Verdict } from "./finding";
import { condition, type Observed } from "./objects";

/** The Deployment controller has the first word on the deadline that it keeps itself. */
const MARGIN_SECONDS = 15;

/** What is older than the wait may be mended already; it has this long to show that. */
const MENDING_SECONDS = 30;

/**
 * A rollout in the course of time: what the rules of one moment cannot know.
 * It has no clock of its own; the verdict follows from what was observed, and when.
 *
 * - A finding fails the release when it has lasted for its tolerance. One on an object that was there well before the
 *   wait, and that shows nothing new, gets time to be mended: whoever runs `pulumi up` again after making the missing
 *   Secret finds the old failure still there until the kubelet tries again.
 * - Likewise a progress deadline that had passed before the wait began says nothing.
 * - Another template than the one first seen of the release's generation is somebody else's release.
 * - The rollout has failed when it made no step for the deadline's seconds, counted from the start of the wait at
 *   first; where nothing is heard of the cluster there is no step either, so that every wait ends.
 */
export class Rollout {
  readonly #release: ReadinessInputs;
  readonly #until: number;
  #seen = new Map<string, Sighting>();
  #replicaSet: string | undefined;
  #progress = 0;
  #progressAt: number;
  #passedBefore: string | null | undefined;

  /**
   * @param startedAt when the wait began, in milliseconds on the clock of `judge`'s `now`
   * @param timeoutSeconds the longest wait from its start; 0 for as long as there is progress
   */
  constructor(release: ReadinessInputs, startedAt: number, timeoutSeconds = 0) {
    this.#release = release;
    this.#progressAt = startedAt;
    this.#until = timeoutSeconds > 0 ? startedAt + timeoutSeconds * 1000 : Infinity;
  }

  /** The verdict on what is observed now. */
  judge(observed: Observed, now: number): Verdict {
    const assessment = assess(this.#release, observed);
    this.#remember(assessment, observed, now);
    const findings = [
      ...this.#otherTemplate(assessment),
      ...assessment.findings.filter((finding) => this.#counts(finding, observed)),
    ];
    const [first] = findings;
    if (first === undefined) {
      return ready(assessment);
    }
    const deadline = this.deadline(findings.some(({ object }) => object.startsWith("deployment")));
    const ripe = findings.find((finding) => now >= this.#ripeAt(finding, now));
    if (ripe !== undefined && ripe.reason !== "progress-deadline") {
      return { kind: "failed", ...ripe };
    }
    if (ripe !== undefined || now >= deadline) {
      // The deadline only says that it takes too long; what is tolerated until then says why.
      return { kind: "failed", ...(causeOf(findings) ?? ripe ?? first) };
    }
    const wakeAt = Math.min(deadline, ...findings.map((finding) => this.#ripeAt(finding, now)));
    return { kind: "progressing", text: assessment.text, wakeAt };
  }

  /** When the rollout has failed if nothing moves until then. */
  deadline(withMargin = true): number {
    const seconds = this.#release.deadlineSeconds + (withMargin ? MARGIN_SECONDS : 0);
    return Math.min(this.#progressAt + seconds * 1000, this.#until);
  }

  #remember({ findings, progress }: Assessment, observed: Observed, now: number): void {
    if (progress > this.#progress) {
      this.#progress = progress;
      this.#progressAt = now;
    }
    const isFirst = this.#passedBefore === undefined;
    if (isFirst && observed.deployment !== undefined) {
      this.#passedBefore = passedAt(observed) ?? null;
    }
    const sighted = (finding: Finding): Sighting => {
      const { message } = finding;
      const known = this.#seen.get(keyOf(finding));
      const old =
        known === undefined
          ? isFirst && isOld(finding, observed)
          : known.old && known.message === message;
      return { since: known?.since ?? now, message, old };
    };
    this.#seen = new Map(findings.map((finding) => [keyOf(finding), sighted(finding)]));
  }

  #ripeAt(finding: Finding, now: number): number {
    const { since = now, old = false } = this.#seen.get(keyOf(finding)) ?? {};
    const tolerance = toleranceOf(finding);
    return since + (old ? Math.max(tolerance, MENDING_SECONDS) : tolerance) * 1000;
  }

  #otherTemplate({ replicaSet }: Assessment): Finding[] {
    this.#replicaSet ??= replicaSet;
    if (replicaSet === undefined || replicaSet === this.#replicaSet) {
      return [];
    }
    const object = `deployment ${this.#release.deployment.name}`;
    const message = `somebody has changed the pods during the rollout: replica set ${replicaSet} took the place of ${this.#replicaSet ?? ""}`;
    return [{ reason: "superseded", object, message }];
  }

  #counts({ reason }: Finding, observed: Observed): boolean {
    return reason !== "progress-deadline" || passedAt(observed) !== this.#passedBefore;
  }
}

/** A finding in the course of time. */
interface Sighting {
  readonly since: number;
  readonly message: string;
  /** Whether it is older than the wait and has shown nothing new. */
  readonly old: boolean;
}

function isOld({ bornAt }: Finding, { clusterTime }: Observed): boolean {
  return (
    clusterTime !== undefined &&
    bornAt !== undefined &&
    Date.parse(bornAt) < clusterTime - MENDING_SECONDS * 1000
  );
}

function keyOf({ reason, object, container = "", phase = "" }: Finding): string {
  return `${reason} ${object} ${container} ${phase}`;
}

/** The verdict of one moment, without waiting: what is not ready now has failed. */
export function judgeAtOnce(
  release: ReadinessInputs,
  observed: Observed,
): Exclude<Verdict, { kind: "progressing" }> {
  const assessment = assess(release, observed);
  const { findings } = assessment;
  const worst = causeOf(findings) ?? findings[0];
  return worst === undefined ? ready(assessment) : { kind: "failed", ...worst };
}

function ready({ replicaSet, proved }: Assessment): Extract<Verdict, { kind: "ready" }> {
  return { kind: "ready", replicaSet: replicaSet ?? "", pods: proved };
}

/** When the Deployment controller gave up, where it did. */
function passedAt({ deployment }: Observed): string | undefined {
  const progressing = condition(deployment?.status?.conditions, "Progressing");
  return progressing?.reason === "ProgressDeadlineExceeded"
    ? progressing.lastUpdateTime
    : undefined;
}

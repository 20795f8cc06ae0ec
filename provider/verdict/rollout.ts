import type { ReadinessInputs } from "../../contract/readiness.ts";
import { revisionNounOf, titleOf } from "../../contract/workload-kind.ts";
import { assess, type Assessment } from "./assessment.ts";
import {
  type Failed,
  failedAtOnce,
  type FinalVerdict,
  type Finding,
  type Progressing,
  type Verdict,
} from "./finding.ts";
import { withGraces } from "./grace.ts";
import { Losses, lossesOf, recentNotes } from "./losses.ts";
import { condition, type Observed } from "./objects.ts";
import { AppliedPartition } from "./partition.ts";
import { AppliedScale } from "./scale.ts";
import { Settling } from "./settling.ts";
import { type Moment, Sightings } from "./sightings.ts";
import { withStages } from "./stages.ts";
import { AppliedTemplate, isRestarted } from "./template.ts";

/** The Deployment controller reports the deadline that it keeps itself first. */
const MARGIN_SECONDS = 15;

/**
 * A rollout in the course of time: what the rules of one moment cannot know.
 * It has no clock of its own; the verdict follows from what was observed, and when.
 *
 * - A finding fails the release when it has lasted for its tolerance: see `Sightings`.
 * - A progress deadline that had passed before the wait began, or before the release was observed, says nothing.
 * - Fewer pods than the release was applied with are somebody else's change, unless an autoscaler has requested them.
 * - A template other than the one first seen of the release's generation is somebody else's release.
 * - A node that is on its way for a pod is a step for as long as the autoscaler says so, and so is a pod that settles.
 * - A pod that was ready and ceases to be so before it has settled has no more of the time that a start gets.
 * - The rollout has failed when it made no step for the deadline's seconds, counted from the start of the wait at
 *   first; a cluster that does not answer makes no step either. Steps or not, the whole wait has its limit.
 */
export class Rollout {
  readonly #release: ReadinessInputs;
  readonly #startedAt: number;
  readonly #until: number;
  readonly #sightings = new Sightings();
  readonly #losses = new Losses();
  readonly #settling: Settling;
  readonly #applied: AppliedTemplate;
  readonly #partition: AppliedPartition;
  /** How many pods were requested. */
  readonly scale: AppliedScale;
  #replicaSet: string | undefined;
  #progress = 0;
  #progressAt: number;
  #passedBefore: string | undefined;
  #isObserved = false;

  /**
   * @param startedAt when the wait began, in milliseconds on the clock of `judge`'s `now`
   * @param timeoutSeconds the longest wait from its start; 0 for no limit while there is progress
   */
  constructor(release: ReadinessInputs, startedAt: number, timeoutSeconds = 0) {
    this.#release = release;
    this.#settling = new Settling(release);
    this.#applied = new AppliedTemplate(release);
    this.#partition = new AppliedPartition(release);
    this.scale = new AppliedScale(release);
    this.#startedAt = startedAt;
    this.#progressAt = startedAt;
    this.#until = timeoutSeconds > 0 ? startedAt + timeoutSeconds * 1000 : Infinity;
  }

  /** The verdict on what is observed now. */
  judge(observed: Observed, now: number): Verdict {
    const losses = this.#losses.see(observed, now - this.#startedAt);
    const settlement = this.#settling.see(observed, now);
    const assessment = assess(this.#release, observed, losses, settlement);
    this.#remember(assessment, observed, now);
    const counted = assessment.findings.filter((finding) => this.#counts(finding, observed));
    const findings = [
      ...this.#otherTemplate(assessment, observed),
      ...this.#otherScale(observed),
      ...this.#partition.see(observed.statefulSet),
      ...withGraces(counted, observed.graces ?? []),
    ];
    const deadline = this.deadline(findings.some(({ object }) => object.startsWith("deployment")));
    const { text, stages } = assessment;
    const moment = { now, deadline, clusterTime: observed.clusterTime, text };
    const late = (finding: Finding) =>
      withStages(now >= this.#until ? this.#timedOut(finding) : finding, stages);
    const verdict =
      this.#sightings.judge(findings, moment, late) ??
      doubted(assessment, moment) ??
      ready(assessment, this.#losses.notesOnReady(observed));
    if (verdict.kind === "progressing" && settlement.settling > 0) {
      return { ...verdict, wakeAt: Math.min(verdict.wakeAt, settlement.until) };
    }
    return verdict.kind === "failed" ? this.#withLosses(verdict) : verdict;
  }

  /** When the rollout has failed if nothing moves until then. */
  deadline(withMargin = true): number {
    const seconds = this.#release.deadlineSeconds + (withMargin ? MARGIN_SECONDS : 0);
    return Math.min(this.#progressAt + seconds * 1000, this.#until);
  }

  /**
   * The Deployment controller keeps counting from the previous rollout if an existing ReplicaSet replaces that one's: a
   * deadline that passes so early is the previous rollout's.
   */
  get #earlySeconds(): number {
    return Math.min(this.#release.deadlineSeconds / 2, MARGIN_SECONDS);
  }

  #withLosses(verdict: Failed): Failed {
    const notes = [...(verdict.notes ?? []), ...this.#losses.notesOn(verdict)];
    return notes.length === 0 ? verdict : { ...verdict, notes };
  }

  #remember(assessment: Assessment, observed: Observed, now: number): void {
    const { findings, progress, isOnItsWay } = assessment;
    if (progress > this.#progress || isOnItsWay) {
      this.#progress = Math.max(progress, this.#progress);
      this.#progressAt = now;
    }
    const isUnobserved = findings.some(({ reason }) => reason === "not-observed");
    const isEarly = now < this.#startedAt + this.#earlySeconds * 1000;
    if (observed.deployment !== undefined && (!this.#isObserved || isEarly || isOnItsWay)) {
      this.#passedBefore = passedAt(observed);
      this.#isObserved = !isUnobserved;
    }
  }

  #otherScale({ deployment }: Observed): Finding[] {
    this.scale.see(deployment);
    const lack = this.scale.lackIn(deployment);
    return lack === undefined ? [] : [lack];
  }

  #otherTemplate({ replicaSet }: Assessment, observed: Observed): Finding[] {
    const { deployment } = observed;
    this.#applied.see(deployment);
    const other = this.#applied.otherOf(deployment);
    if (other !== undefined && this.#replicaSet === undefined) {
      return [other];
    }
    this.#replicaSet ??= replicaSet;
    if (replicaSet === undefined || replicaSet === this.#replicaSet) {
      return [];
    }
    if (isRestarted(this.#replicaSet, replicaSet, observed)) {
      this.#replicaSet = replicaSet;
      // Its pods take all the steps again.
      this.#progress = 0;
      return [];
    }
    const { deployment: awaited } = this.#release;
    const object = titleOf(awaited);
    const message = `somebody has changed the pods during the rollout: ${revisionNounOf(awaited)} ${replicaSet} replaced ${this.#replicaSet ?? ""}`;
    return [{ reason: "superseded", object, message }];
  }

  /** Pods that are still on their way at the limit of the whole wait may have made progress all along. */
  #timedOut(finding: Finding): Finding {
    const seconds = Math.round((this.#until - this.#startedAt) / 1000);
    const message = `${finding.message}, and the ${seconds} s are over that the whole wait may take; timeoutSeconds sets them`;
    return finding.reason === "not-ready" ? { ...finding, reason: "timed-out", message } : finding;
  }

  #counts({ reason }: Finding, observed: Observed): boolean {
    return reason !== "progress-deadline" || passedAt(observed) !== this.#passedBefore;
  }
}

/** Waits until what may yet fail has shown whether it does, within the deadline. */
function doubted(
  { doubts, text }: Assessment,
  { now, deadline, clusterTime = Infinity }: Moment,
): Progressing | undefined {
  const [doubt] = doubts;
  if (doubt === undefined || now >= deadline) {
    return undefined;
  }
  const until = Math.min(...doubts.map((each) => each.until));
  const wakeAt = Math.min(deadline, now + Math.max(until - clusterTime, 0) + 1);
  return { kind: "progressing", text: `${text}, ${doubt.text}`, wakeAt };
}

/** The verdict of one moment, without waiting: what is not ready now has failed. */
export function judgeAtOnce(release: ReadinessInputs, observed: Observed): FinalVerdict {
  const assessment = assess(release, observed);
  const notes = recentNotes(lossesOf(observed), observed);
  return failedAtOnce(assessment.findings) ?? ready(assessment, notes);
}

function ready(
  { replicaSet, proved, remarks }: Assessment,
  losses: readonly string[],
): FinalVerdict {
  const notes = [...remarks, ...losses];
  const told = notes.length > 0 && { notes };
  return { kind: "ready", replicaSet: replicaSet ?? "", pods: proved, ...told };
}

/** When the Deployment controller gave up, undefined if it did not. */
function passedAt({ deployment }: Observed): string | undefined {
  const progressing = deployment && condition(deployment, "Progressing");
  return progressing?.reason === "ProgressDeadlineExceeded"
    ? progressing.lastUpdateTime
    : undefined;
}

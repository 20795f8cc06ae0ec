import { type Reason, REASONS } from "./reasons.ts";

/** Something that stands between a release and `ready`. */
export interface Finding {
  readonly reason: Reason;
  /** Kind and name of the object that shows it, e.g. `deployment shop`. */
  readonly object: string;
  /** The container of a pod that shows it. */
  readonly container?: string;
  /** What is wrong, in the words of the controller or the kubelet if there are any. */
  readonly message: string;
  /**
   * What else belongs to it, a line each.
   * @default - nothing
   */
  readonly notes?: readonly string[];
  /**
   * Seconds for which it is tolerated while it lasts.
   * @default the reason's own weight
   */
  readonly tolerance?: number | undefined;
  /**
   * The phase in which its time counts: in a different phase it counts from zero.
   * @default - the finding itself
   */
  readonly phase?: string;
  /**
   * Seconds for which it is tolerated at least when its phase is over and it still lasts: what delayed it may be gone,
   * and the controller has not retried yet. As long again as it had lasted if that is more: controllers retry ever more
   * seldom.
   * @default 0
   */
  readonly aftermath?: number;
  /** When the object was created, by the cluster's clock: what it shows may be older than the wait. */
  readonly bornAt?: string | undefined;
}

/** What may turn out to be a failure, of a release that is ready otherwise. */
export interface Doubt {
  /** What it is, for the progress. */
  readonly text: string;
  /** When it is over if nothing more is said, in milliseconds since 1970 by the cluster's clock. */
  readonly until: number;
}

/** A pod that was proved to run the released image. */
export interface ProvedPod {
  readonly name: string;
  readonly imageID: string;
}

/** What is known of a release that is ready. */
export interface Proof {
  readonly replicaSet: string;
  readonly pods: readonly ProvedPod[];
  /**
   * What else is to be said of it, a line each.
   * @default - nothing
   */
  readonly notes?: readonly string[];
}

/** It is not ready, and will not be. */
export type Failed = { readonly kind: "failed" } & Finding;

/** It is neither ready nor failed yet. */
export interface Progressing {
  readonly kind: "progressing";
  /** The progress in one line, e.g. `1/2 ready, 1 pulling`. */
  readonly text: string;
  /** When to judge again even if nothing has changed, on the clock of the caller's `now`. */
  readonly wakeAt: number;
}

/** How a wait ended, with what is known of an object that is ready. */
export type FinalVerdict<R extends object = Proof> = ({ readonly kind: "ready" } & R) | Failed;

/** The verdict at one moment. */
export type Verdict<R extends object = Proof> = FinalVerdict<R> | Progressing;

/** Seconds for which a finding is tolerated while it lasts. */
export function toleranceOf({ reason, tolerance }: Finding): number {
  return tolerance ?? REASONS[reason].weight;
}

/** The verdict of one moment, without waiting: what is not ready now has failed. Undefined if there is no finding. */
export function failedAtOnce(findings: readonly Finding[]): Failed | undefined {
  const worst = causeOf(findings) ?? findings[0];
  return worst && { kind: "failed", ...worst };
}

/**
 * The finding that names the cause of a rollout that makes no progress: what is tolerated for a time, or else a pod
 * that says why it is not ready.
 */
export function causeOf(findings: readonly Finding[]): Finding | undefined {
  const causes = findings.filter(({ reason }) => reason !== "progress-deadline");
  return (
    causes.find(({ reason }) => Number.isFinite(REASONS[reason].weight)) ??
    causes.find(({ reason, object }) => reason === "not-ready" && object.startsWith("pod "))
  );
}

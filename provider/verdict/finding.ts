import { type Reason, REASONS } from "./reasons.ts";

/** Something that stands between a release and `ready`. */
export interface Finding {
  readonly reason: Reason;
  /** Kind and name of the object that shows it, e.g. `deployment shop`. */
  readonly object: string;
  /** The container of a pod that shows it. */
  readonly container?: string;
  /** What is wrong, in the words of the controller or the kubelet where there are any. */
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
  readonly tolerance?: number;
  /**
   * What the time is counted in that it lasts: in another phase it counts anew.
   * @default - the finding itself
   */
  readonly phase?: string;
  /**
   * Seconds for which it is tolerated at least when its phase is over and it still lasts: what stood in the way may be
   * gone, and whoever is to try again has not done so yet. As long again as it had lasted, where that is more:
   * controllers try again ever more seldom.
   * @default 0
   */
  readonly aftermath?: number;
  /** When the object was made, by the cluster's clock: what it shows may be older than the wait. */
  readonly bornAt?: string;
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

export interface Progressing {
  readonly kind: "progressing";
  /** One line for who watches, e.g. `1/2 ready, 1 pulling`. */
  readonly text: string;
  /** When to judge again though nothing has changed, on the clock of the caller's `now`. */
  readonly wakeAt: number;
}

/** What is said in the end of what was awaited, and what is known of it where it is ready. */
export type FinalVerdict<R extends object = Proof> = ({ readonly kind: "ready" } & R) | Failed;

/** What can be said at one moment of what is awaited. */
export type Verdict<R extends object = Proof> = FinalVerdict<R> | Progressing;

/** Seconds for which a finding is tolerated while it lasts. */
export function toleranceOf({ reason, tolerance }: Finding): number {
  return tolerance ?? REASONS[reason].weight;
}

/**
 * The finding that names the cause of a rollout that does not get on, not only that it does not: what is tolerated
 * for a time, or else a pod that says why it is not ready.
 */
export function causeOf(findings: readonly Finding[]): Finding | undefined {
  const causes = findings.filter(({ reason }) => reason !== "progress-deadline");
  return (
    causes.find(({ reason }) => Number.isFinite(REASONS[reason].weight)) ??
    causes.find(({ reason, object }) => reason === "not-ready" && object.startsWith("pod "))
  );
}

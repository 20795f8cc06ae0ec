import { type Reason, REASONS } from "./reasons";

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
  /** When the object was made, by the cluster's clock: what it shows may be older than the wait. */
  readonly bornAt?: string;
}

/** A pod that was proved to run the released image. */
export interface ProvedPod {
  readonly name: string;
  readonly imageID: string;
}

/** What can be said of a release at one moment. */
export type Verdict =
  | { readonly kind: "ready"; readonly replicaSet: string; readonly pods: readonly ProvedPod[] }
  | {
      readonly kind: "progressing";
      /** One line for who watches, e.g. `1/2 ready, 1 pulling`. */
      readonly text: string;
      /** When to judge again though nothing has changed, on the clock of the caller's `now`. */
      readonly wakeAt: number;
    }
  | ({ readonly kind: "failed" } & Finding);

/** Seconds for which a finding is tolerated while it lasts. */
export function toleranceOf({ reason, tolerance }: Finding): number {
  return tolerance ?? REASONS[reason];
}

/**
 * The finding that names the cause of a rollout that does not get on, not only that it does not: what is tolerated
 * for a time, or else a container that runs and is not ready.
 */
export function causeOf(findings: readonly Finding[]): Finding | undefined {
  const causes = findings.filter(({ reason }) => reason !== "progress-deadline");
  return (
    causes.find(({ reason }) => Number.isFinite(REASONS[reason])) ??
    causes.find(({ reason, container }) => reason === "not-ready" && container !== undefined)
  );
}

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
   * Seconds for which it is tolerated while it lasts.
   * @default the reason's own weight
   */
  readonly tolerance?: number;
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

/** Whether a finding names the cause of a rollout that does not get on, not only that it does not. */
export function isCause({ reason }: Finding): boolean {
  return reason !== "progress-deadline" && Number.isFinite(REASONS[reason]);
}

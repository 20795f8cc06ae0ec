import type { Reason } from "./reasons";

/** Something that stands between a release and `ready`. */
export interface Finding {
  readonly reason: Reason;
  /** Kind and name of the object that shows it, e.g. `deployment shop`. */
  readonly object: string;
  /** What is wrong, in the words of the controller or the kubelet where there are any. */
  readonly message: string;
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

import type { HandOffFailure, HandOffRestoration } from "./hand-off.ts";

/** The revision that a release was handed off with, and what the controller reported at the end. */
export interface HandedRevision {
  /** The commit, or the artifact's digest. */
  readonly revision: string;
  /** `Synced` or `OutOfSync` of Argo CD; status and reason of a Kustomization's `Ready`. Null if it did not say. */
  readonly sync: string | null;
  /** `Healthy`, `Degraded` and so on; null if it did not say. */
  readonly health: string | null;
}

/** What a release's verdict needs to know of its hand-off. */
export interface HandedOver extends HandedRevision {
  /**
   * Why the revision is not applied: then its pods are not judged.
   * @default - it is applied
   */
  readonly failure?: HandOffFailure;
  /**
   * The branch that a person is to merge: until then there is nothing to judge.
   * @default - it was pushed to the branch itself
   */
  readonly pullRequest?: string;
  /**
   * What a release that fails is taken back with.
   * @default - nothing was written: there is nothing before it
   */
  readonly taken?: Pick<HandOffRestoration, "to" | "by" | "stack" | "previous">;
}

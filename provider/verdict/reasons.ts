/**
 * How much a finding says.
 *
 * - `terminal`: the release has failed;
 * - `deadline`: the rollout is under way, and has failed only when this is still so at the deadline.
 */
export type Weight = "terminal" | "deadline";

/** Every reason that a verdict can carry. */
export const REASONS = {
  /** The Deployment is gone, or another one has taken its name. */
  "deployment-missing": "terminal",
  /** The Deployment controller saw no progress for the Deployment's progress deadline. */
  "progress-deadline": "terminal",
  /** A ready pod runs something else than the released image. */
  "wrong-digest": "terminal",
  /** The Deployment controller has not yet seen the release's generation. */
  "not-observed": "deadline",
  /** Pods of the release are missing, or not ready, or not ready for long enough. */
  "not-ready": "deadline",
  /** Pods of the release before still serve. */
  "old-pods": "deadline",
  /** The Service does not route to every ready pod. */
  "no-endpoints": "deadline",
  /** The Ingress controller has published no address. */
  "ingress-no-address": "deadline",
  /** The identity may not read what the verdict is made from. */
  forbidden: "terminal",
  /** The API server does not answer. */
  "cluster-unreachable": "terminal",
  /** The run was interrupted before there was a verdict. */
  interrupted: "terminal",
} as const satisfies Readonly<Record<string, Weight>>;

/** A reason's code, as the release record carries it. */
export type Reason = keyof typeof REASONS;

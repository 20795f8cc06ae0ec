import type { Evidence } from "./evidence.ts";

/** What a record says of its own form; another one is another promise. See docs/outputs.md. */
export const RECORD_VERSION = 1;

/** What is kept of the release that a new one took the place of. */
export interface PreviousRelease {
  readonly commit: string | null;
  readonly image: string;
  readonly digest: string;
  readonly manifestHash: string;
}

/** A release that was ready once. */
export interface ProvedRelease extends PreviousRelease {
  /** The ReplicaSet that has its pod template, and that a rollback takes it from. */
  readonly replicaSet: string;
}

/** What a rollback put in the place of a release that failed: the last one that was ready. */
export interface RunningRelease extends ProvedRelease {
  /** Whether it was ready again. */
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  readonly pods: readonly { readonly name: string; readonly imageID: string }[];
}

/** A pod of a release, and when it took the steps to ready: ISO 8601, by the cluster's clock; null where nobody said. */
export interface ReleasedPod {
  readonly name: string;
  readonly imageID: string;
  /** The node that it runs on. */
  readonly node: string | null;
  readonly createdAt: string | null;
  readonly scheduledAt: string | null;
  /** When the node had the image: told by an event, which the cluster keeps for an hour. */
  readonly pulledAt: string | null;
  /** When its container was started. */
  readonly startedAt: string | null;
  readonly readyAt: string | null;
}

/** One release: the record in the stack's outputs. See docs/outputs.md. */
export interface ReleaseRecord {
  readonly version: typeof RECORD_VERSION;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly image: string;
  readonly digest: string;
  readonly manifestHash: string;
  readonly namespace: string;
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  readonly generation: number;
  readonly replicaSet: string | null;
  readonly pods: readonly ReleasedPod[];
  /** When the wait began, ISO 8601. */
  readonly startedAt: string;
  /** From the start of the wait to the verdict. */
  readonly seconds: number;
  /** The last release that was ready, null for the first one. */
  readonly previous: PreviousRelease | null;
  /** What runs in its place since it failed, null where it is itself what runs. */
  readonly running: RunningRelease | null;
  /**
   * What was found, at most 8 KiB of JSON. Null when ready, and where the run that judged it was killed: then the
   * cluster has kept no more than the reason.
   */
  readonly evidence: Evidence | null;
}

/** One release among those of a service: what its record said of it. */
export type HistoryEntry = Pick<
  ReleaseRecord,
  | "commit"
  | "dirty"
  | "image"
  | "digest"
  | "manifestHash"
  | "verdict"
  | "reason"
  | "startedAt"
  | "seconds"
>;

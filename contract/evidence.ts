/** A container that keeps a release from being ready, as the kubelet reports it. */
export interface ContainerEvidence {
  readonly pod: string;
  /** Null for a pod that has no node, and so no containers. */
  readonly container: string | null;
  readonly state: "unscheduled" | "waiting" | "running" | "terminated";
  /** Why it is in that state, e.g. `CrashLoopBackOff`. */
  readonly reason: string | null;
  readonly message: string | null;
  /** Since when it runs, ISO 8601; null if it does not. */
  readonly startedAt: string | null;
  readonly restarts: number;
  /** Exit code with which it ended last, null if it has not ended. */
  readonly exitCode: number | null;
  /** Why it ended last, e.g. `OOMKilled`. */
  readonly exitReason: string | null;
  readonly exitMessage: string | null;
  /** The last lines of its log, or why there are none; empty for a service with `logs: false`. */
  readonly log: readonly string[];
  /** Whether the log is of the container before its last restart. */
  readonly previous: boolean;
}

/** Warning events that say the same. */
export interface EventEvidence {
  /** Kind and name of what it is about, e.g. `pod shop-6d4cf56db6-x2x9k`. */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
  /** How often it was said. */
  readonly count: number;
}

/** What was found of a release that failed: what the report in words is written from. What looks like a secret is masked. */
export interface Evidence {
  /** Kind and name of the object that the verdict is about. */
  readonly object: string;
  /** The container that it is about, null if it is about no single one. */
  readonly container: string | null;
  readonly message: string;
  /** Whatever else is known, a line each. */
  readonly notes: readonly string[];
  /** Of up to three pods, those in the deepest trouble. */
  readonly containers: readonly ContainerEvidence[];
  /** How many more pods are not ready. */
  readonly otherPods: number;
  readonly events: readonly EventEvidence[];
  /** The command to run next. */
  readonly command: string;
  /** What was omitted to keep this small, e.g. `12 log lines, 3 events`; null if nothing was. */
  readonly cut: string | null;
}

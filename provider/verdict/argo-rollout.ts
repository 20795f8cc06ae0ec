/** Set by Argo Rollouts on the ReplicaSets of a Rollout, on their pods, and on what it measures of them. */
export const ROLLOUT_HASH = "rollouts-pod-template-hash";

/** Metadata, as far as a verdict looks at it. */
interface Metadata {
  readonly name?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  }[];
}

/** A condition of a Rollout. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/**
 * A Rollout of Argo Rollouts, as far as its verdict looks at it.
 *
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/specification/
 */
export interface ArgoRollout {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly template?: object;
    readonly strategy?: {
      readonly canary?: { readonly steps?: readonly Step[]; readonly trafficRouting?: object };
      readonly blueGreen?: object;
    };
  };
  readonly status?: ArgoRolloutStatus;
}

/** A step of a canary, as far as a verdict looks at it. */
interface Step {
  readonly setWeight?: number;
  readonly analysis?: object;
}

/** What the controller reports of a Rollout. */
export interface ArgoRolloutStatus {
  readonly abort?: boolean;
  readonly abortedAt?: string;
  readonly pauseConditions?: readonly { readonly reason: string; readonly startTime?: string }[];
  readonly currentPodHash?: string;
  readonly stableRS?: string;
  readonly currentStepIndex?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  /** A number as text. */
  readonly observedGeneration?: string;
  readonly conditions?: readonly Condition[];
  readonly phase?: string;
  readonly message?: string;
}

/** How measurements went: `Pending`, `Running`, `Successful`, `Failed`, `Error`, `Inconclusive`. */
export type AnalysisPhase = string;

/** What Argo Rollouts has measured of the pods of one revision. */
export interface AnalysisRun {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly terminate?: boolean;
    readonly metrics?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly phase?: AnalysisPhase;
    readonly message?: string;
    readonly startedAt?: string;
    readonly completedAt?: string;
    readonly metricResults?: readonly MetricResult[];
  };
}

/** The measurements of one metric. */
export interface MetricResult {
  readonly name: string;
  readonly phase?: AnalysisPhase;
  readonly message?: string;
  readonly count?: number;
  /** Those that have failed by themselves, which the count does not have. */
  readonly error?: number;
  readonly successful?: number;
  readonly measurements?: readonly Measurement[];
}

/** One measurement. */
export interface Measurement {
  readonly phase?: AnalysisPhase;
  readonly message?: string;
  readonly finishedAt?: string;
  /** A list of numbers as Prometheus answers, as text: `[0.4]`. */
  readonly value?: string;
}

/** The generation that the controller has seen. */
export function observedGenerationOf({ status }: ArgoRollout): number {
  return Number(status?.observedGeneration ?? 0) || 0;
}

/** The ReplicaSet of the present template. */
export function currentReplicaSet<Set extends { readonly metadata?: Pick<Metadata, "labels"> }>(
  { status }: ArgoRollout,
  replicaSets: readonly Set[],
): Set | undefined {
  const hash = status?.currentPodHash;
  return hash === undefined
    ? undefined
    : replicaSets.find(({ metadata }) => metadata?.labels?.[ROLLOUT_HASH] === hash);
}

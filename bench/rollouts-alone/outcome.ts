/** What Argo Rollouts says of a Rollout. */
export interface RolloutSeen {
  readonly spec?: { readonly template?: unknown };
  readonly status?: {
    readonly phase?: string;
    readonly abort?: boolean;
    readonly currentPodHash?: string;
    readonly stableRS?: string;
    readonly pauseConditions?: readonly { readonly reason: string }[];
  };
}

/** What it says of its measurements. */
export interface RunSeen {
  readonly status?: {
    readonly phase?: string;
    readonly metricResults?: readonly {
      readonly count?: number;
      readonly error?: number;
      readonly measurements?: readonly { readonly value?: string }[];
    }[];
  };
}

/** How a case has ended. */
export interface Outcome {
  readonly release: "goes on" | "is taken back" | "waits for a person" | "has not ended";
  /** Each run's phase, with how many measurements it has and what the last one found. */
  readonly analysis: string;
  /** Whether the spec is of the version that runs. */
  readonly isInStep: boolean;
}

/** How a Rollout has ended; undefined while it goes on. */
export function endOf({ status = {} }: RolloutSeen): Outcome["release"] | undefined {
  const { abort, phase, pauseConditions = [], currentPodHash, stableRS } = status;
  if (abort === true) {
    return "is taken back";
  }
  if (pauseConditions.some(({ reason }) => reason === "InconclusiveAnalysisRun")) {
    return "waits for a person";
  }
  return phase === "Healthy" && currentPodHash === stableRS ? "goes on" : undefined;
}

/** What there is to say of the measurements. */
export function analysisOf(runs: readonly RunSeen[]): string {
  return runs.length === 0 ? "none" : runs.map(runInWords).join(", ");
}

function runInWords({ status = {} }: RunSeen): string {
  const [result] = status.metricResults ?? [];
  const { count = 0, error = 0, measurements = [] } = result ?? {};
  const value = measurements.at(-1)?.value;
  const errors = error > 0 ? `, ${error} errors` : "";
  const last = value === undefined || value === "" ? "" : `, the last ${value}`;
  return `${status.phase ?? "not begun"} (${count} measurements${last}${errors})`;
}

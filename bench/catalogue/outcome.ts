import type { Case, Failure } from "./case.ts";
import type { Run } from "./run.ts";

/** What is wrong with a run of a case, if anything is. */
export type Fault =
  "false alarm" | "missed" | "wrong reason" | "late" | "no verdict" | "not played";

/** A run as it counts. Seconds are undefined where one of the two moments never came. */
export interface Outcome {
  readonly reason: string;
  readonly message: string;
  readonly fault: Fault | undefined;
  /** From the failing state to the verdict. */
  readonly fromState: number | undefined;
  /** From the Deployment to the verdict. */
  readonly fromApply: number | undefined;
  /** From the start of `pulumi up` to its end. */
  readonly command: number;
  /**
   * What {@link fromState} was beside other cases, where that was late and the case was played again alone.
   *
   * @default - it was played once
   */
  readonly beside?: number;
}

/** All runs of one case. */
export interface Result {
  readonly entry: Case;
  readonly outcomes: readonly Outcome[];
}

/** What one run of a case is worth. */
export function outcomeOf(entry: Case, run: Run): Outcome {
  const { reason, message, verdictAt } = run;
  const since = (from: number | undefined) =>
    from === undefined ? undefined : (verdictAt - from) / 1000;
  const fromState = since(run.stateAt);
  return {
    reason,
    message,
    fault: faultIn(entry, reason, fromState),
    fromState,
    fromApply: since(run.appliedAt),
    command: (run.endedAt - run.startedAt) / 1000,
  };
}

/** The same outcome by what the case expects now, which may be another target than when it was measured. */
export function judgedAnew(entry: Case, outcome: Outcome): Outcome {
  const { fault, reason, fromState } = outcome;
  return fault === "not played"
    ? outcome
    : { ...outcome, fault: faultIn(entry, reason, fromState) };
}

function faultIn(
  { expected }: Case,
  reason: string,
  fromState: number | undefined,
): Fault | undefined {
  // Somebody stopped the catalogue.
  if (reason === "interrupted") {
    return "not played";
  }
  return expected === "ready" ? faultOfHealthy(reason) : faultOf(expected, reason, fromState);
}

/** A run that broke down by itself: it tells nothing of Slipway, and counts as a fault all the same. */
export function notPlayed(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const none = { fromState: undefined, fromApply: undefined, command: 0 };
  return { reason: "none", message, fault: "not played", ...none };
}

function faultOfHealthy(reason: string): Fault | undefined {
  if (reason === "ready") {
    return undefined;
  }
  return reason === "none" ? "no verdict" : "false alarm";
}

function faultOf(
  expected: Failure,
  reason: string,
  fromState: number | undefined,
): Fault | undefined {
  if (reason === "ready") {
    return "missed";
  }
  if (reason === "none") {
    return "no verdict";
  }
  if (reason !== expected.reason) {
    return "wrong reason";
  }
  // A verdict before anything was reported is not late.
  return fromState !== undefined && fromState > expected.within ? "late" : undefined;
}

/** The outcomes that keep the catalogue from being met, with their cases. */
export function faultsOf(results: readonly Result[]): { entry: Case; outcome: Outcome }[] {
  return results.flatMap(({ entry, outcomes }) =>
    outcomes.filter(({ fault }) => fault !== undefined).map((outcome) => ({ entry, outcome })),
  );
}

/** One line on an outcome. */
export function lineOf(outcome: Outcome): string {
  const { reason, fault, fromState, fromApply, command } = outcome;
  const seconds = [
    ...(fromState === undefined ? [] : [`${fromState.toFixed(1)} s after the state`]),
    ...(fromApply === undefined ? [] : [`${fromApply.toFixed(1)} s after the apply`]),
    `command ${command.toFixed(1)} s`,
  ];
  const why = fault === "not played" ? `: ${outcome.message.slice(0, 2000)}` : "";
  return `${reason}, ${seconds.join(", ")}${fault === undefined ? "" : ` (${fault})`}${why}`;
}

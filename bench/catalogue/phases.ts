import type { Run } from "./run.ts";

/** Seconds of one command, part by part. */
export interface Phases {
  /** To its first object in the cluster. */
  readonly start: number;
  /** From there to the Deployment. */
  readonly apply: number;
  /** From there to what is said of it. */
  readonly verdict: number;
  /** From there to the end of the command. */
  readonly end: number;
}

/** The parts of a run of `pulumi up`; undefined where one of the moments never came. */
export function phasesOf(run: Run): Phases | undefined {
  const { startedAt, firstAt, appliedAt, verdictAt, endedAt } = run;
  if (firstAt === undefined || appliedAt === undefined) {
    return undefined;
  }
  const seconds = (from: number, to: number) => (to - from) / 1000;
  return {
    start: seconds(startedAt, firstAt),
    apply: seconds(firstAt, appliedAt),
    verdict: seconds(appliedAt, verdictAt),
    end: seconds(verdictAt, endedAt),
  };
}

/** All parts together. */
export function totalOf({ start, apply, verdict, end }: Phases): number {
  return start + apply + verdict + end;
}

/** The run of several that took neither long nor short: its parts belong together. */
export function middleOf(runs: readonly Phases[]): Phases | undefined {
  return runs.toSorted((one, other) => totalOf(one) - totalOf(other))[runs.length >> 1];
}

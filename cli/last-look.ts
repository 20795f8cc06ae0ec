/** A run of the stack, as `pulumi stack history` has it. */
export interface PastRun {
  readonly kind: string;
  readonly result?: string;
  readonly startTime: string;
  /** How it was called, among others. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How pulumi is asked for the runs in which a refresh is looked for; each comes with all of its settings. */
export const LAST_RUNS = ["stack", "history", "--json", "--page-size", "10"] as const;

/** The options of pulumi by which a refresh leaves out a part of the stack. */
const PARTIAL = ["target", "target-dependents", "exclude", "exclude-dependents"];

/**
 * When the whole stack was refreshed last, ISO 8601, by a run that succeeded; undefined if none of these did so. What is
 * found as it was before leaves no other trace.
 */
export function lastLook(runs: readonly PastRun[]): string | undefined {
  const looks = runs.filter(({ kind, result, environment = {} }) => {
    const isGiven = (option: string) => environment[`pulumi.flag.${option}`] !== undefined;
    const isRefresh = kind === "refresh" || (kind === "update" && isGiven("refresh"));
    return isRefresh && result === "succeeded" && !PARTIAL.some(isGiven);
  });
  const times = looks.map(({ startTime }) => Date.parse(startTime)).filter(Number.isFinite);
  return times.length === 0 ? undefined : new Date(Math.max(...times)).toISOString();
}

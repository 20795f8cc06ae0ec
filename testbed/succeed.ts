import type { Run } from "./run.ts";

/** Awaits a run that must succeed; where it did not, the test's failure shows what a person would see. */
export async function succeed(run: Promise<Run>): Promise<Run> {
  const { exitCode, output } = await run;
  if (exitCode !== 0) {
    throw new Error(`exit code ${exitCode}:\n${output}`);
  }
  return { exitCode, output };
}

import * as pulumi from "@pulumi/pulumi";

import type { ReleaseRecord } from "../contract";

/**
 * Fails the run, once each of these releases has its verdict, where one of them is not ready. For releases with
 * `failsLate`: the run then keeps its outputs, with the failed verdicts in them, and nothing is deleted.
 *
 * @param releases the records by the services' names
 * @throws RunError while the engine waits for the program's end
 */
export function requireReady(
  releases: Readonly<Record<string, pulumi.Input<Pick<ReleaseRecord, "verdict" | "reason">>>>,
): void {
  pulumi.output(releases).apply(check);
}

function check(records: Parameters<typeof failureOf>[0]): void {
  const failure = failureOf(records);
  if (failure !== undefined) throw new pulumi.RunError(failure);
}

/** One line that names each release that failed, undefined where none did. */
export function failureOf(
  records: Readonly<Record<string, Pick<ReleaseRecord, "verdict" | "reason">>>,
): string | undefined {
  const all = Object.entries(records);
  const failed = all.filter(([, { verdict }]) => verdict !== "ready");
  if (failed.length === 0) return undefined;
  const names = failed.map(([name, { reason }]) => `${name} (${reason ?? "no reason"})`).join(", ");
  return `${failed.length} of ${all.length} ${all.length === 1 ? "release" : "releases"} failed: ${names}; what was found is told above, at each Readiness`;
}

import * as pulumi from "@pulumi/pulumi";

import type { ReleaseRecord } from "../contract";

/** The exit code by which a program tells the engine that its error has been shown. */
const ALREADY_TOLD = 32;

/**
 * Fails the run, once each of these releases has its verdict, where one of them is not ready. For releases with
 * `failsLate`: the run then keeps its outputs, with the failed verdicts in them, and nothing is deleted.
 *
 * @param releases the records by the services' names
 */
export function requireReady(
  releases: Readonly<Record<string, pulumi.Input<Pick<ReleaseRecord, "verdict" | "reason">>>>,
): void {
  pulumi.output(releases).apply(check);
}

function check(records: Parameters<typeof failureOf>[0]): void {
  const failure = failureOf(records);
  if (failure === undefined) return;
  void pulumi.log.error(failure);
  process.exitCode = ALREADY_TOLD;
}

/**
 * One line that names each release that failed, undefined where none did. A release without a record
 * was left out of the run by `--target`, and is not judged.
 */
export function failureOf(
  records: Readonly<Record<string, Pick<ReleaseRecord, "verdict" | "reason"> | undefined>>,
): string | undefined {
  const all = Object.entries(records).flatMap(([name, record]) =>
    record === undefined ? [] : [[name, record] as const],
  );
  const failed = all.filter(([, { verdict }]) => verdict !== "ready");
  if (failed.length === 0) return undefined;
  const names = failed.map(([name, { reason }]) => `${name} (${reason ?? "no reason"})`).join(", ");
  return `${failed.length} of ${all.length} ${all.length === 1 ? "release" : "releases"} failed: ${names}; what was found is told at the Readiness of each`;
}

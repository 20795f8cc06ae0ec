import * as pulumi from "@pulumi/pulumi";

import type { ReleaseRecord } from "../contract/release-record.ts";
import { byName } from "./by-name.ts";
import { known } from "./known.ts";

/** Where the engine tells a program how many operations it runs at a time. */
const OPERATIONS = "PULUMI_NODEJS_PARALLEL";

type Judged = Pick<ReleaseRecord, "verdict" | "reason">;

/** The exit code by which a program tells the engine that its error has been shown. */
const ALREADY_SHOWN = 32;

/**
 * Fails the run, once each of these releases has its verdict, if one of them is not ready. For releases with
 * `failsLate`: the run then keeps its outputs, with the failed verdicts in them, and nothing is deleted. Says so at
 * the start if there are more releases than the engine awaits at a time.
 *
 * @param releases the records by the services' names, undefined where the run judges none
 */
export function requireReady(
  releases: Readonly<Record<string, pulumi.Input<Judged | undefined>>>,
): void {
  const notice = queueNotice(Object.keys(releases).length, Number(process.env[OPERATIONS]));
  if (notice !== undefined) {
    void pulumi.log.info(notice);
  }
  // The types of outputs do not know an output of nothing in a promise: what reads them takes nothing for left out all the same.
  const judged = byName(releases, (_, release) =>
    known(pulumi.output(release) as pulumi.Output<Judged>),
  );
  pulumi.output(judged).apply(check);
}

function check(records: Parameters<typeof failureOf>[0]): void {
  const failure = failureOf(records);
  if (failure !== undefined) {
    failRun(failure);
  }
}

/** Fails the run with a message that is shown once. It keeps its outputs, and nothing is deleted. */
export function failRun(message: string): void {
  void pulumi.log.error(message);
  process.exitCode = ALREADY_SHOWN;
}

/**
 * What to do if releases queue for their verdicts, undefined if none does. Each wait holds one of the
 * engine's operations, and a broken release its own until its verdict.
 *
 * @param operations how many the engine runs at a time, NaN if it does not say
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
 */
export function queueNotice(releases: number, operations: number): string | undefined {
  if (!(releases > operations)) {
    return undefined;
  }
  const enough = 2 ** Math.ceil(Math.log2(releases + 1));
  return `${releases} releases share the ${operations} operations that the engine runs at a time, so some queue until others have their verdicts; set PULUMI_PARALLEL=${enough} to run them all in parallel`;
}

/**
 * One line that names each release that failed, undefined if none did. A release without a record
 * was excluded from the run by `--target`, and is not judged.
 */
export function failureOf(
  records: Readonly<Record<string, Judged | undefined>>,
): string | undefined {
  const all = Object.entries(records).flatMap(([name, record]) =>
    record === undefined ? [] : [[name, record] as const],
  );
  const failed = all.filter(([, { verdict }]) => verdict !== "ready");
  if (failed.length === 0) {
    return undefined;
  }
  const names = failed.map(([name, { reason }]) => `${name} (${reason ?? "no reason"})`).join(", ");
  return `${failed.length} of ${all.length} ${all.length === 1 ? "release" : "releases"} failed: ${names}; see the Readiness of each for the evidence`;
}

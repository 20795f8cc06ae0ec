import type { Halt, MigrationInputs } from "../../contract/migration.ts";
import type { MigrationRecord } from "../../contract/migration-record.ts";
import type { ObservedObject } from "../verdict/awaited-object.ts";
import { condition, type Job } from "../verdict/objects.ts";
import type { Memory } from "./memory.ts";
import type { Ended } from "./run.ts";

/** Lines of a log that a record keeps, and their characters. */
const LINES = 25;
const CHARACTERS = 300;

/** What the record says of a migration as it ended. */
type Found = Pick<MigrationRecord, "verdict" | "reason" | "log">;

/** The record of a migration that has ended. */
export function recordOf(
  { job, back }: MigrationInputs,
  { result }: Memory,
  { job: made, seconds }: Ended,
  found: Found,
): MigrationRecord {
  const { name } = job.metadata;
  const { startTime } = made?.status ?? {};
  const took = timeOf(made) ?? seconds;
  return {
    job: name,
    ...found,
    seconds: Math.round(took * 10) / 10,
    startedAt: startTime ?? new Date().toISOString(),
    back,
    last: found.verdict === "ready" ? name : (result?.record.last ?? null),
  };
}

/** How long a Job has run, by the cluster's clock; undefined if it has not ended. */
function timeOf(job: Job | undefined): number | undefined {
  const { startTime, completionTime } = job?.status ?? {};
  const failedAt = job && condition(job, "Failed")?.lastTransitionTime;
  const took = (Date.parse(completionTime ?? failedAt ?? "") - Date.parse(startTime ?? "")) / 1000;
  return Number.isNaN(took) ? undefined : Math.max(0, took);
}

/** What the evidence shows of the log. */
export function logIn({ evidence }: Halt): readonly string[] {
  return kept(evidence.containers.flatMap(({ log }) => log));
}

/** The last lines of a log, small enough for a record. */
export function kept(lines: readonly string[]): readonly string[] {
  return lines
    .slice(-LINES)
    .map((line) => line.slice(0, CHARACTERS).replace(/[\ud800-\udbff]$/, ""));
}

/** Exit code of a shell that does not find a program; the runtime's reasons are its own. */
const NOT_FOUND = 127;

/** What a pod shows of an image that lacks the program. */
export function hints({ command }: MigrationInputs, { pods }: ObservedObject): string[] {
  const ends = pods
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .flatMap(({ state }) => state?.terminated ?? []);
  const isMissing = ends.some(
    ({ exitCode, reason = "" }) =>
      exitCode === NOT_FOUND || /^(?:StartError|ContainerCannotRun)$/.test(reason),
  );
  return isMissing ? [`the image may lack what migrate.command names: ${command}`] : [];
}

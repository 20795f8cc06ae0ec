import type {
  MigrationInputs,
  MigrationResult,
  ProvedMigration,
} from "../../contract/migration.ts";
import type { MigrationRecord } from "../../contract/migration-record.ts";
import type { Properties } from "../../wire/plugin.ts";

/** Migrations that are remembered: far more than the releases that a history has. */
const REMEMBERED = 200;

/** Characters of a key that are remembered. */
const KEY_CHARACTERS = 20;

/** What the stack's state remembers of a service's migrations. */
export interface Memory {
  readonly result?: MigrationResult;
  /** Newest first. */
  readonly proved: readonly ProvedMigration[];
}

/** What a resource's outputs have stored. */
export function memoryOf({ result, proved }: Properties): Memory {
  return {
    ...(isObject(result) && { result: result as unknown as MigrationResult }),
    proved: Array.isArray(proved) ? (proved as readonly ProvedMigration[]) : [],
  };
}

/** When the migration was proved, undefined if it never was. */
export function provedBefore({ proved }: Memory, key: string): ProvedMigration | undefined {
  return proved.find((each) => each.key === shortened(key));
}

/** What is remembered after a migration has ended well. */
export function remembered(
  { proved }: Memory,
  key: string,
  { job, startedAt, seconds }: MigrationRecord,
): readonly ProvedMigration[] {
  const own = { key: shortened(key), job, startedAt, seconds };
  return [own, ...proved.filter((each) => each.key !== own.key)].slice(0, REMEMBERED);
}

/** The record of a migration that is not run, because it was proved before. */
export function recordOfProved(
  { result }: Memory,
  { job, startedAt, seconds }: ProvedMigration,
  { back }: Pick<MigrationInputs, "back">,
): MigrationRecord {
  const isStored = result?.record.job === job && result.record.verdict === "ready";
  const log = isStored ? result.record.log : [];
  const last = result?.record.last ?? job;
  return { job, verdict: "ready", reason: null, seconds, log, startedAt, back, last };
}

function shortened(key: string): string {
  return key.slice(0, KEY_CHARACTERS);
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}

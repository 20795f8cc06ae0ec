import { z } from "zod";

import type { Evidence } from "./evidence.ts";
import { count, name, type Of, pinned, text, verdictShape } from "./field.ts";
import { BACK } from "./migration-key.ts";
import type { MigrationRecord } from "./migration-record.ts";
import type { VerdictSettings } from "./verdict.ts";
import { OTHER_KINDS, type WorkloadKind } from "./workload-kind.ts";

const { warmupSeconds, tolerate, logs } = verdictShape;

const shape = {
  /** Name of the service, as in the settings. */
  service: text(/./, "the service's name, as in the settings"),
  namespace: name,
  /** What delivers the service: it shows what runs while a migration has failed. */
  kind: z.enum(["Deployment", ...OTHER_KINDS], "must be a kind that delivers services"),
  /** What it runs: `repository@sha256:<64 hex>`. */
  image: pinned,
  /** The command in one line, for people. */
  command: text(/./, "the command of the migration"),
  /** See `migrationKey`. */
  key: text(/^[0-9a-f]{64}$/, "64 hex digits"),
  /** The Job's manifest. */
  job: z.looseObject({ metadata: z.looseObject({ name }).readonly() }).readonly(),
  /** Seconds that it may run. */
  timeoutSeconds: count,
  back: z.enum(BACK, `must be ${BACK.join(" or ")}`),
  warmupSeconds,
  tolerate,
  logs,
};

/** Inputs of a `Migration`. */
export type MigrationInputs = Of<typeof shape> &
  Pick<VerdictSettings, "warmupSeconds" | "tolerate" | "logs"> & { readonly kind: WorkloadKind };

/** Form of {@link MigrationInputs}. */
export const migrationInputs = z.strictObject(shape).readonly();

/** A migration that was proved. */
export interface ProvedMigration {
  /** The beginning of its key. */
  readonly key: string;
  readonly job: string;
  readonly startedAt: string;
  readonly seconds: number;
}

/** What has become of a migration. */
export interface MigrationResult {
  readonly record: MigrationRecord;
  /** Null if the service's pods may be touched. */
  readonly halt: Halt | null;
}

/** Why a service's pods are not touched, and what runs meanwhile. */
export interface Halt {
  readonly evidence: Evidence;
  /** `metadata.uid` of what delivers the service; null if nothing does yet. */
  readonly uid: string | null;
  readonly generation: number;
}

import type { Forms, ValuesOf } from "../../contract/forms.ts";
import type { BACK } from "../../contract/migration-key.ts";
import type { ProcessText } from "./process.ts";
import { picked } from "./picked.ts";

/** The settings of a migration that are numbers. */
export const MIGRATE_NUMBERS = {
  /**
   * Seconds that a migration may run before it is ended.
   * @default 600
   */
  timeoutSeconds: { from: 1, to: 86_400, default: 600 },
} as const satisfies Forms;

/** What migrates a service's database before the pods of a new image start. */
export interface MigrateDefinition extends ValuesOf<typeof MIGRATE_NUMBERS> {
  /** Program and its arguments, in the service's own image, without a shell. It runs once for each image and command. */
  readonly command: readonly ProcessText[];
  /**
   * What becomes of a rollback to a release that is older than the last migration: it runs on the newer schema, or is refused.
   * @default keep
   */
  readonly back?: (typeof BACK)[number];
}

/** A part of a service's definition. */
export interface WithMigration {
  /**
   * Migrates its database: a Job of the service's own image, variables, credentials and network policy, before any pod of the release.
   *
   * @default - nothing is migrated
   * @see docs/migrations.md
   */
  readonly migrate?: MigrateDefinition;
}

/** What a definition says of migrations, and nothing else of it. */
export function migrationOf(definition: WithMigration): WithMigration {
  return picked(definition, ["migrate"]);
}

/** Name of what the migrations of a service have beside their Jobs. */
export function migrationName(service: string): string {
  return `${service}-migrate`;
}

import type { BACK } from "./migration-key.ts";

/** What a release's record says of its migration. */
export interface MigrationRecord {
  /** Name of the Job, which has a hash of the image's digest and the command. */
  readonly job: string;
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  /** From the start of the Job to its end. */
  readonly seconds: number;
  /** The last lines of its log; empty for a service with `logs: false`, and for a migration that was proved by an earlier release. */
  readonly log: readonly string[];
  /** When it began, ISO 8601. */
  readonly startedAt: string;
  readonly back: (typeof BACK)[number];
  /** Name of the Job that changed the schema last, null if none has ended well. */
  readonly last: string | null;
}

/** Whether the migration of a release has not ended well, whatever the reason: then nothing of the release was applied. */
export function isHalted({ migration }: { readonly migration?: MigrationRecord }): boolean {
  return migration?.verdict === "failed";
}

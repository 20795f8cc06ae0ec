import type { ReleaseRecord } from "../contract/release-record.ts";

/** What a record says of the migration of its release, in one sentence; undefined without any. */
export function migrationWords({ migration, running }: ReleaseRecord): string | undefined {
  if (migration === undefined) {
    return undefined;
  }
  const { job, verdict, reason, seconds, startedAt, last } = migration;
  const took = `${Math.round(seconds)} s, ${startedAt}`;
  if (verdict === "failed") {
    return `job ${job} failed: ${reason ?? "no reason"} (${took}); no pod of the release was started`;
  }
  const stayed =
    running !== null && typeof last === "string" && running.migratedBy !== last
      ? `; the schema stays as job ${last} has left it, with the release that runs instead`
      : "";
  const other = last === job || last === null ? "" : `; the last one was job ${last}`;
  return `job ${job} ended well (${took})${other}${stayed}`;
}

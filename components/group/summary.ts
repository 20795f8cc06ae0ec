import type { GroupFailure } from "../../contract/group.ts";
import { isHalted } from "../../contract/migration-record.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";

/** A member of a group that has failed, and how it stands. */
export interface MemberEnd {
  readonly name: string;
  /** Its record; undefined if none is known, as of one that was never released. */
  readonly record: ReleaseRecord | undefined;
  /** Whether its turn never came, so that nothing of it was changed. */
  readonly isHeld: boolean;
}

/** One line that says why a group has failed, and what runs of each member. */
export function summaryOf(
  group: string,
  { member, reason }: GroupFailure,
  ends: readonly MemberEnd[],
): string {
  return `group ${group}: ${member} has failed with ${reason}; ${ends.map(endOf).join("; ")}`;
}

function endOf({ name, record, isHeld }: MemberEnd): string {
  if (record === undefined) {
    return `${name} was not released`;
  }
  const { verdict, reason, running, digest } = record;
  if (verdict === "ready") {
    return `${name} stays at ${short(digest)}${isHeld ? ", untouched" : ""}`;
  }
  // The release before is what no pod of this one has replaced.
  const isUntouched = isHalted(record);
  if (running === null && isUntouched) {
    return `${name} was not released`;
  }
  if (running === null) {
    return `${name} was left as it is, at ${short(digest)} (${reason ?? ""})`;
  }
  const state = running.verdict === "ready" ? "ready" : (running.reason ?? "failed");
  return `${name} ${isUntouched ? "stays" : "is back"} at ${short(running.digest)}, ${state}`;
}

function short(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

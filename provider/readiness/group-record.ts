import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleasedGroup } from "../../contract/release-record.ts";

/**
 * What the record of a member says of its group; nothing of a service that is in none.
 *
 * @param reason of the member itself, null when ready
 */
export function groupIn(
  { service, group }: Pick<ReadinessInputs, "service" | "group">,
  reason: string | null,
): { readonly group?: ReleasedGroup } {
  if (group === undefined) {
    return {};
  }
  const { name, set, members } = group;
  const failed = group.failed ?? (reason === null ? null : { member: service, reason });
  return { group: { name, set, members, verdict: failed === null ? "ready" : "failed", failed } };
}

import type { ReleasedGroup } from "../contract/release-record.ts";

/** A line for each group that has failed, with the member that it failed for. */
export function groupFailures(
  releases: readonly { readonly group?: ReleasedGroup }[],
): readonly string[] {
  const lines = releases.flatMap(({ group }) =>
    group?.failed
      ? [
          `group ${group.name}: ${group.failed.member} has failed with ${group.failed.reason} in the set ${group.set}`,
        ]
      : [],
  );
  return [...new Set(lines)];
}

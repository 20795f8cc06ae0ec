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

/** The same, and a line for the set of each group of which no member has failed. */
export function setLines(
  releases: readonly { readonly group?: ReleasedGroup }[],
): readonly string[] {
  const groups = releases.flatMap(({ group }) => group ?? []);
  // Members whose turn did not come have the record of an earlier set.
  const failed = groups.flatMap(({ name, verdict }) => (verdict === "failed" ? [name] : []));
  const ready = groups
    .filter(({ name }) => !failed.includes(name))
    .map(
      ({ name, set, members }) => `group ${name}: the set ${set} is ready: ${members.join(", ")}`,
    );
  return [...groupFailures(releases), ...new Set(ready)];
}

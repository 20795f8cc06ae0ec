import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import { badInput } from "./exit-code.ts";
import type { SlipwayOutputs } from "./outputs.ts";

/** A set of a group that was ready: the release of each member in it. */
export interface ReadySet {
  readonly set: string;
  readonly releases: Readonly<Record<string, HistoryEntry>>;
}

/** Which set to go back to: one by its id, or that many with other images that were ready before. */
export type WantedSet = { readonly to: string } | { readonly steps: number };

/**
 * The members of a group, as the settings name them.
 *
 * @throws CommandFailure if they name no such group
 */
export function membersOf(
  name: string,
  groups: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const members = Object.hasOwn(groups, name) ? groups[name] : undefined;
  if (members !== undefined) {
    return members;
  }
  const known = Object.keys(groups).join(", ") || "none, because slipway:groups has none";
  throw badInput(`--group: got "${name}"; allowed: ${known}`);
}

/**
 * Refuses a command that would change the image of one member alone.
 *
 * @param command that changes the whole group
 * @throws CommandFailure for a member of a group
 */
export function assertAlone(
  service: string,
  groups: Readonly<Record<string, readonly string[]>>,
  command: string,
): void {
  const [name, members = []] =
    Object.entries(groups).find(([, all]) => all.includes(service)) ?? [];
  if (name !== undefined) {
    throw badInput(
      `--service: got "${service}", a member of the group ${name}, which keeps its members together: ${members.join(", ")}; allowed: ${command} --group ${name}`,
    );
  }
}

/**
 * The set of a group to go back to: only one that was ready as a whole is.
 *
 * @throws CommandFailure if there is none
 */
export function earlierSet(
  group: string,
  members: readonly string[],
  outputs: Pick<SlipwayOutputs, "releases" | "history">,
  wanted: WantedSet,
): ReadySet {
  const all = readySets(group, members, outputs.history);
  const history = `see npx slipway history --service ${members[0] ?? ""}`;
  if ("to" in wanted) {
    const [only, ...others] = all.filter(({ set }) => set.startsWith(wanted.to));
    if (only !== undefined && others.length === 0) {
      return only;
    }
    const allowed = all.map(({ set }) => set).join(", ") || "none, because no set was ready";
    throw badInput(
      `--to: got "${wanted.to}"; allowed: a set that was ready: ${allowed}; ${history}`,
    );
  }
  const others = all
    .filter((each) => !hasImagesOf(each, outputs.releases))
    .filter(
      (each, at, earlier) => !earlier.slice(0, at).some((one) => hasImagesOf(one, each.releases)),
    );
  const found = others[wanted.steps - 1];
  if (found !== undefined) {
    return found;
  }
  const why =
    others.length === 0
      ? `group ${group} has no earlier set to go back to: no set of other images was ready as a whole`
      : `--steps: got ${wanted.steps}; allowed: 1 to ${others.length}`;
  throw badInput(`${why}; ${history}`);
}

/** The sets that were ready as a whole, newest first. */
function readySets(
  group: string,
  members: readonly string[],
  history: SlipwayOutputs["history"],
): ReadySet[] {
  const [first = "", ...others] = members;
  const entryIn = (member: string, set: string) =>
    (history[member] ?? []).find(
      (entry) =>
        entry.group?.name === group && entry.group.set === set && entry.verdict === "ready",
    );
  const sets = [...new Set((history[first] ?? []).flatMap((entry) => entry.group?.set ?? []))];
  return sets.flatMap((set) => {
    const entries = [first, ...others].map((member) => [member, entryIn(member, set)] as const);
    const releases = Object.fromEntries(
      entries.flatMap(([member, entry]) => (entry === undefined ? [] : [[member, entry]])),
    );
    return Object.keys(releases).length === members.length ? [{ set, releases }] : [];
  });
}

function hasImagesOf(
  { releases }: ReadySet,
  others: Readonly<Record<string, Pick<ReleaseRecord, "digest">>>,
): boolean {
  return Object.entries(releases).every(([name, { digest }]) => others[name]?.digest === digest);
}

import type { ReleasedGroup, ReleaseRecord } from "../../contract/release-record.ts";
import type { GroupsDefinition } from "../group/definition.ts";
import { show } from "../stack-release.ts";
import type { Promotion } from "./definition.ts";

/** What is known of a service of this stack. */
export interface PromotedMember {
  /** Whether its image is promoted; otherwise it has one of its own, or is pinned. */
  readonly isPromoted: boolean;
  /** @default - the other stack has none that may be promoted */
  readonly record?: Pick<ReleaseRecord, "group">;
}

type Members = Readonly<Record<string, PromotedMember>>;

/** Why services are not promoted that belong together: a group goes as one set that was proved, or not at all. */
export function groupReasons(
  groups: GroupsDefinition,
  members: Members,
  { stack }: Promotion,
): string[] {
  const own = Object.entries(groups).flatMap(([name, names]) =>
    names.some((each) => members[each]?.isPromoted) ? setReasons(name, names, members, stack) : [],
  );
  return [...new Set([...own, ...partReasons(groups, members)])];
}

/** Reasons not to promote a group of this stack. */
function setReasons(
  name: string,
  names: readonly string[],
  members: Members,
  stack: string,
): string[] {
  const others = names.filter((each) => members[each]?.isPromoted !== true);
  if (others.length > 0) {
    return [
      `group ${name} must be promoted as a whole, got ${others.join(", ")} with an image of ${others.length === 1 ? "its" : "their"} own; promote all members, or pin all: npx slipway rollback --group ${name}`,
    ];
  }
  const known = names.flatMap((each) => {
    const { record } = members[each] ?? {};
    return record === undefined ? [] : [{ each, group: record.group }];
  });
  const alone = known.filter(({ group }) => group === undefined);
  if (alone.length > 0) {
    return alone.map(
      ({ each }) =>
        `releases.${each} must be of a group that was proved as a whole, got none; set slipway:groups.${name} in ${stack} and run its up`,
    );
  }
  const failed = known.find(({ group }) => group?.verdict !== "ready");
  if (failed !== undefined) {
    return [
      `releases.${failed.each}.group.verdict must be "ready", got ${show(failed.group?.verdict)} for ${show(failed.group?.failed)}; fix ${stack} and run its up first`,
    ];
  }
  const sets = new Set(known.map(({ group }) => group?.set));
  const got = known.map(({ each, group }) => `${each} ${show(group?.set)}`).join(", ");
  return sets.size > 1
    ? [`releases of the group ${name} must be of one set, got ${got}; run the up of ${stack}`]
    : [];
}

/** Reasons not to promote a part of what the other stack has proved as a whole. */
function partReasons(groups: GroupsDefinition, members: Members): string[] {
  return Object.entries(members).flatMap(([name, { isPromoted, record }]) => {
    const { group } = record ?? {};
    if (!isPromoted || group === undefined) {
      return [];
    }
    const own = Object.values(groups).find((names) => names.includes(name)) ?? [];
    return isSame(own, group)
      ? []
      : [
          `releases.${name} is of the group ${group.name}, which goes as a whole, got ${own.length === 0 ? "no group of its members" : own.join(", ")} here; set slipway:groups.${group.name}: [${group.members.join(", ")}] in this stack, too`,
        ];
  });
}

function isSame(names: readonly string[], { members }: ReleasedGroup): boolean {
  return names.length === members.length && members.every((each) => names.includes(each));
}

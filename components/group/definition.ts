/** Services that are released together or not at all: the members of each group by its name, in the order of their delivery. */
export type GroupsDefinition = Readonly<Record<string, readonly string[]>>;

/** The names of the groups of each member. */
export function groupOf(groups: GroupsDefinition, service: string): string | undefined {
  return Object.keys(groups).find((name) => groups[name]?.includes(service));
}

/** Services that are released together or not at all: the members of each group by its name, in the order of their delivery. */
export type GroupsDefinition = Readonly<Record<string, readonly string[]>>;

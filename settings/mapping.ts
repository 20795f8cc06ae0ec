/** A mapping as it was written. */
export type Mapping = Readonly<Record<string, unknown>>;

/** The value as a mapping, undefined if it is not one. */
export function mapping(value: unknown): Mapping | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : undefined;
}

/** The entries of a mapping by key, none if the value is not one. */
export function fieldsOf(value: unknown): Mapping {
  return mapping(value) ?? {};
}

/** The items of a list as it was written, none if the value is not one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether it is a mapping that has nothing in it. */
export function isEmpty(value: unknown): boolean {
  return Object.keys(mapping(value) ?? { value }).length === 0;
}

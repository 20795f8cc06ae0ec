/** A mapping as it was written. */
export type Mapping = Readonly<Record<string, unknown>>;

/** The value as a mapping, undefined where it is none. */
export function mapping(value: unknown): Mapping | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : undefined;
}

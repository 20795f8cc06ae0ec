/** Fields of Kubernetes that no type here knows. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as fields; none if it has none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** The value as a list of fields; empty if it is none. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

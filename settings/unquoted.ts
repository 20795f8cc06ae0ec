/** A setting as it was written: `pulumi config set`, and what pulumi hands over, have mappings as JSON. */
export function unquoted(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) {
    return value;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

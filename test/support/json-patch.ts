interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** All that a Kubernetes of these days says of a patch that does not apply. */
export const REFUSAL = "the server rejected our request due to an error in our request";

/**
 * An object after a JSON patch of `test`, `add` and `replace` on members of objects.
 *
 * @throws Error in the API server's words where a test does not hold
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function patched<T extends object>(object: T, patch: readonly Operation[]): T {
  const result = structuredClone(object);
  for (const { op, path, value } of patch) {
    const keys = path
      .split("/")
      .slice(1)
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop() ?? "";
    const parent = keys.reduce<Record<string, unknown>>(
      (place, key) => place[key] as Record<string, unknown>,
      result as Record<string, unknown>,
    );
    if (op === "test" && JSON.stringify(parent[last]) !== JSON.stringify(value)) {
      throw new Error(REFUSAL);
    }
    if (op !== "test") {
      parent[last] = value;
    }
  }
  return result;
}

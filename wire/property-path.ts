/** The keys of a property path such as `spec.containers[0].image` or `data["a.b"]`. */
export function parsePath(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? plain ?? "",
  );
}

/** A property path that reads back as these keys. */
export function formatPath(keys: readonly (string | number)[]): string {
  return keys
    .map((key, position) => {
      if (typeof key === "number") {
        return `[${key}]`;
      }
      if (!/^[A-Za-z_$][\w$-]*$/.test(key)) {
        return `["${key.replace(/["\\]/g, "\\$&")}"]`;
      }
      return position === 0 ? key : `.${key}`;
    })
    .join("");
}

/** The value at these keys, undefined if there is none. */
export function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>(
    (parent, key) =>
      typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)
        ? (parent as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

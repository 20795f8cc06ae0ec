import { compare } from "./step.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What an entry of one of Kubernetes' lists is called by. */
const CALLED = ["mountPath", "name", "containerPort"] as const;

/**
 * Names of what differs between two objects, never their values: `resources.limits.memory`, `env.GREETING`. The entries of
 * Kubernetes' lists are told apart by name, so that a new first one is not a change of all.
 */
export function differences(before: unknown, after: unknown): string[] {
  return [...new Set(differ(before, after, []))].sort(compare);
}

function differ(before: unknown, after: unknown, path: readonly string[]): string[] {
  const one = fieldsOf(before);
  const other = fieldsOf(after);
  if (one === undefined || other === undefined) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [path.join(".")];
  }
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    key in one && key in other
      ? differ(one[key], other[key], [...path, key])
      : [[...path, key].join(".")],
  );
}

function fieldsOf(value: unknown): Fields | undefined {
  if (Array.isArray(value)) {
    return namedEntries(value);
  }
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function namedEntries(list: readonly unknown[]): Fields | undefined {
  const entries = list.map((entry) => {
    if (typeof entry !== "object" || entry === null) {
      return undefined;
    }
    const name = CALLED.map((key) => (entry as Fields)[key]).find((name) => name !== undefined);
    return typeof name === "string" || typeof name === "number"
      ? ([String(name), entry] as const)
      : undefined;
  });
  const named = entries.filter((entry) => entry !== undefined);
  const distinct = new Set(named.map(([name]) => name)).size;
  return named.length === list.length && distinct === list.length
    ? Object.fromEntries(named)
    : undefined;
}

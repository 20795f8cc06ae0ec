import { compare } from "./step.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What names an entry of one of Kubernetes' lists. */
const CALLED = ["mountPath", "name", "containerPort"] as const;

/**
 * Names of what differs between two objects, never their values: `resources.limits.memory`, `env.GREETING`. The entries of
 * Kubernetes' lists are distinguished by name, so that a new first one does not change all.
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
      : lone(one[key] ?? other[key], [...path, key]),
  );
}

/** What only one of them has; of a list each entry, because a first one is no more than a further one. */
function lone(value: unknown, path: readonly string[]): string[] {
  const entries = Array.isArray(value) ? Object.keys(namedEntries(value) ?? {}) : [];
  return entries.length === 0
    ? [path.join(".")]
    : entries.map((entry) => [...path, entry].join("."));
}

function fieldsOf(value: unknown): Fields | undefined {
  if (Array.isArray(value)) {
    return namedEntries(value);
  }
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function namedEntries(list: readonly unknown[]): Fields | undefined {
  const named = list.flatMap((entry) => {
    const fields = typeof entry === "object" && entry !== null ? (entry as Fields) : {};
    const name = CALLED.map((key) => fields[key]).find((value) => value !== undefined);
    return typeof name === "string" || typeof name === "number" ? [[String(name), entry]] : [];
  });
  const entries = new Map(named as [string, unknown][]);
  return entries.size === list.length ? Object.fromEntries(entries) : undefined;
}

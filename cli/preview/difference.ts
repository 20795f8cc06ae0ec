import { parsePath, valueAt } from "../../wire/property-path.ts";
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

/** The fields of an object, or the entries of a list by their names; undefined for all else. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (Array.isArray(value)) {
    return namedEntries(value);
  }
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function namedEntries(list: readonly unknown[]): Fields | undefined {
  const named = list.flatMap((entry) => {
    const name = nameOf(entry);
    return name === undefined ? [] : [[name, entry] as const];
  });
  const entries = new Map(named);
  return entries.size === list.length ? Object.fromEntries(entries) : undefined;
}

function nameOf(entry: unknown): string | undefined {
  const fields = typeof entry === "object" && entry !== null ? (entry as Fields) : {};
  const name = CALLED.map((key) => fields[key]).find((value) => value !== undefined);
  return typeof name === "string" || typeof name === "number" ? String(name) : undefined;
}

/**
 * A place in an object as {@link differences} names it: of `spec.containers[0].env[1].value` it is
 * `spec.containers.shop.env.GREETING.value`.
 *
 * @param path as a provider says it
 */
export function placeOf(path: string, object: unknown): string {
  let value = object;
  const place = parsePath(path).map((key) => {
    const isEntry = Array.isArray(value);
    value = valueAt(value, [key]);
    return isEntry ? (nameOf(value) ?? key) : key;
  });
  return place.join(".");
}

/** Whether one place is the other, or leads through it or to it. */
export function isWithin(place: string, other: string): boolean {
  return `${place}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${place}.`);
}

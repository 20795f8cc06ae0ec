import { isDeepStrictEqual } from "node:util";
import { parsePath, valueAt } from "../../../wire/property-path.ts";
import { withoutKeys } from "../without-keys.ts";
import type { ApiError } from "./api-error.ts";
import { type FieldSet, idOf, type KubernetesObject, type ManagedFields } from "./object.ts";

/** Whose writes the official plugin takes over before it applies: kubectl's, whatever the command, and its own patches. */
const TAKEN_OVER = [
  { prefix: "kubectl", operations: ["Apply", "Update"] },
  { prefix: "before-first-apply", operations: ["Update"] },
  { prefix: "pulumi-kubernetes", operations: ["Update"] },
  { prefix: "pulumi-resource-kubernetes", operations: ["Update"] },
] as const;

/**
 * Fields that this manager set by create or by patch, and that people set with kubectl, as if it had applied them:
 * otherwise the next apply would conflict with its own manager, and could remove none of them.
 *
 * @returns undefined where there are none
 */
export function adopted(
  managedFields: readonly ManagedFields[],
  manager: string,
): readonly ManagedFields[] | undefined {
  const applied = managedFields.filter(
    (entry) => entry.manager === manager && entry.operation === "Apply",
  );
  const taken = managedFields.filter(
    (entry) =>
      !applied.includes(entry) &&
      entry.subresource === undefined &&
      (entry.manager === manager || isTakenOver(entry)),
  );
  const [first] = [...applied, ...taken];
  if (first === undefined || taken.length === 0) {
    return undefined;
  }
  const fieldsV1 = [...applied, ...taken].map((entry) => entry.fieldsV1).reduce(union);
  const others = managedFields.filter(
    (entry) => !applied.includes(entry) && !taken.includes(entry),
  );
  return [...others, { ...first, manager, operation: "Apply", fieldsV1 }];
}

function isTakenOver({ manager, operation }: ManagedFields): boolean {
  return TAKEN_OVER.some(
    ({ prefix, operations }) =>
      manager.startsWith(prefix) && operations.some((each) => each === operation),
  );
}

/** Whether a conflict is with no other manager than this one. */
export function isOwnConflict(error: ApiError, manager: string): boolean {
  const causes = error.causes.filter(({ reason }) => reason === "FieldManagerConflict");
  return (
    causes.length > 0 && causes.every(({ message }) => message?.includes(`"${manager}"`) === true)
  );
}

/** Says which field another manager holds, and the way through. */
export function conflictError(object: KubernetesObject, manager: string, error: ApiError): Error {
  const conflicts = error.causes.map(({ message = "", field = "" }) => `${field}: ${message}`);
  return new Error(
    `server-side apply field conflict: ${object.kind} ${idOf(object.metadata)}, managed by "${manager}": ` +
      `${conflicts.join("; ") || error.message}; take the field out of the program, or set the annotation ` +
      `pulumi.com/patchForce: "true" on the object to take it over`,
  );
}

/** The object without the ignored fields that somebody else has changed: to apply them would change them back. */
export function withoutIgnored(
  object: KubernetesObject,
  live: KubernetesObject,
  ignoreChanges: readonly string[],
): KubernetesObject {
  return ignoreChanges
    .map(parsePath)
    .filter((keys) => !isDeepStrictEqual(valueAt(object, keys), valueAt(live, keys)))
    .reduce((rest, keys) => without(rest, keys) as KubernetesObject, object);
}

function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (
    key === undefined ||
    typeof value !== "object" ||
    value === null ||
    !Object.hasOwn(value, key)
  ) {
    return value;
  }
  const child = (value as Record<string, unknown>)[key];
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      index === Number(key) ? without(item, rest) : item,
    );
  }
  const others = withoutKeys(value, key);
  return rest.length === 0 ? others : { ...others, [key]: without(child, rest) };
}

function union(one: FieldSet, other: FieldSet): FieldSet {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, union(one[key] ?? {}, other[key] ?? {})]));
}

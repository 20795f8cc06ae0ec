import { parsePath, valueAt } from "../../../wire/property-path.ts";
import { withoutKeys } from "../without-keys.ts";
import type { ApiError } from "./api-error.ts";
import { type FieldSet, isAnnotated, type KubernetesObject, type ManagedFields } from "./object.ts";

/** The field manager that an object is created as; the first update hands its fields to the one in the state. */
export const CREATOR = "pulumi-kubernetes";

/** Whose writes the official plugin takes over before it applies: kubectl's, whatever the command, and its own patches. */
const TAKEN_OVER = [
  { prefix: "kubectl", operations: ["Apply", "Update"] },
  { prefix: "before-first-apply", operations: ["Update"] },
  { prefix: CREATOR, operations: ["Update"] },
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

/** Whether an apply takes fields from other managers, as the official plugin decides it. */
export function isForced(
  object: KubernetesObject,
  { metadata: { managedFields = [] } }: KubernetesObject,
  { isAlways, dryRun }: { readonly isAlways: boolean; readonly dryRun: boolean },
): boolean {
  return (
    isAlways ||
    isAnnotated(object, "pulumi.com/patchForce") ||
    managedFields.length === 0 ||
    // A real run takes over what this plugin created before it applies; a preview changes nothing.
    (dryRun &&
      managedFields.some(({ manager, operation }) => manager === CREATOR && operation === "Update"))
  );
}

/** Says which fields other managers hold, in the words of the official plugin. */
export function conflictError(manager: string, error: ApiError): Error {
  return new Error(
    "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
      "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help\n" +
      `The resource managed by field manager "${manager}" had an apply conflict: ${error.message}`,
  );
}

/**
 * The object with its ignored fields as they are: without those that only others set, and with the live value of its
 * own, which an apply without them would remove. Fields inside of lists stay as they are in the state.
 */
export function withIgnored(
  object: KubernetesObject,
  live: KubernetesObject,
  manager: string,
  ignoreChanges: readonly string[],
): KubernetesObject {
  const entries = live.metadata.managedFields ?? [];
  return ignoreChanges
    .filter((path) => !path.includes("["))
    .map(parsePath)
    .reduce((rest, keys) => {
      const holders = entries.filter((entry) => holds(entry, keys));
      const isOthers = holders.length > 0 && holders.every((entry) => entry.manager !== manager);
      const value = isOthers ? undefined : valueAt(live, keys);
      const isAsItIs = isOthers ? valueAt(rest, keys) === undefined : value === undefined;
      return isAsItIs ? rest : (replaced(rest, keys, value) as KubernetesObject);
    }, object);
}

function holds({ fieldsV1 }: ManagedFields, keys: readonly string[]): boolean {
  const fields = keys.map((key) => `f:${key}`);
  return valueAt(fieldsV1, fields) !== undefined;
}

/** The value with another one at these keys, or with none there. */
function replaced(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) {
    return other;
  }
  const parent = (value ?? {}) as Record<string, unknown>;
  const child = replaced(parent[key], rest, other);
  return child === undefined ? withoutKeys(parent, key) : { ...parent, [key]: child };
}

function union(one: FieldSet, other: FieldSet): FieldSet {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, union(one[key] ?? {}, other[key] ?? {})]));
}

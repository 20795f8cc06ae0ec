import type { Deployment } from "./objects.ts";

/** What one field manager has written of an object. The watches leave this out: only a direct look shows it. */
export type ManagedFields = NonNullable<
  NonNullable<Deployment["metadata"]>["managedFields"]
>[number];

/** Fields by their names in a field set, such as `f:spec`. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether these are the fields of the Kubernetes provider. */
export function isOfProvider({ manager = "", subresource }: ManagedFields): boolean {
  return subresource === undefined && manager.startsWith("pulumi-kubernetes");
}

/** Whether the Kubernetes provider takes over these fields before it applies: what the program does not have goes. */
export function isTakenOver({ manager = "", subresource }: ManagedFields): boolean {
  return subresource === undefined && /^(kubectl|before-first-apply)/.test(manager);
}

/** The last of these writes; one that does not say when comes first. */
export function lastWrite(writes: readonly ManagedFields[]): ManagedFields | undefined {
  return writes.toSorted((one, other) => timeOf(one) - timeOf(other)).at(-1);
}

/** The fields at a path in a field set, undefined if it has none there. */
export function fieldsAt(fields: unknown, path: readonly string[]): Fields | undefined {
  return path.reduce<unknown>((at, key) => (at as Fields | undefined)?.[key], fields) as
    Fields | undefined;
}

function timeOf({ time }: ManagedFields): number {
  return Date.parse(time ?? "") || 0;
}

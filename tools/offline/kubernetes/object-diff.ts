import { isDeepStrictEqual } from "node:util";
import type { Change, DiffResult } from "../../../wire/plugin.ts";
import { parsePath, valueAt } from "../../../wire/property-path.ts";
import { containsUnknown } from "../../../wire/unknown.ts";
import { changedPaths } from "../changed-paths.ts";
import { normalized, pruned } from "./normal-form.ts";
import { asObject, AUTONAMED, isBuiltIn, type KubernetesObject } from "./object.ts";
import { isQuantity, isSameQuantity } from "./quantity.ts";
import { isFixed, type Mutable } from "./replacement.ts";
import { inputsIn } from "./state.ts";

/**
 * What differs between an object and what the program says now, and which of it needs a new object. Of the object, the
 * fields that the program has declared, as they were when the state was written: others may have changed them since
 * they were declared.
 */
export function diffObject(
  type: string,
  { oldInputs, oldOutputs, news, ignoreChanges }: Omit<Change, "id">,
  mutable: Mutable,
): DiffResult {
  // What is unknown keeps the other fields as the program wrote them, so both sides are compared so.
  const form = containsUnknown(news) ? (object: KubernetesObject) => object : normalized;
  const newer = form(asObject(news, type));
  const kept = inputsIn(oldOutputs);
  const declared = form(asObject(kept ?? oldInputs, type));
  const older = kept === undefined ? declared : lived(asObject(oldOutputs, type), declared, newer);
  const changed = changedPaths(older, newer).filter(
    (path) =>
      !ignoreChanges.some((ignored) => isWithin(path, ignored)) &&
      !isSame(path, declared, older, newer),
  );
  const replaces = changed.filter((path) => isFixed(path, newer, mutable));
  const isNamedAnew = newer.metadata.annotations?.[AUTONAMED] === "true";
  const isSamePlace =
    older.metadata.name === newer.metadata.name && namespaceOf(older) === namespaceOf(newer);
  return {
    changed,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && isSamePlace && !isNamedAnew,
  };
}

/** The object of the state, with the fields that the program had declared. */
function lived(
  live: KubernetesObject,
  declared: KubernetesObject,
  newer: KubernetesObject,
): KubernetesObject {
  const object = pruned(live, declared) as KubernetesObject;
  const { apiVersion, kind } = declared;
  const name = newer.metadata.name && live.metadata.name;
  const metadata = { ...object.metadata, ...(name !== undefined && { name }) };
  return { ...object, apiVersion, kind, metadata };
}

/** Whether a difference is none: the API server leaves out what is empty, and writes quantities in its own way. */
function isSame(
  path: string,
  declared: KubernetesObject,
  older: KubernetesObject,
  newer: KubernetesObject,
): boolean {
  if (path === "metadata.namespace") {
    return namespaceOf(older) === namespaceOf(newer);
  }
  const keys = parsePath(path);
  const [before, live, now] = [declared, older, newer].map((object) => valueAt(object, keys));
  const isLeftOut = live === undefined && isEmpty(now) && isDeepStrictEqual(before, now);
  return (
    isLeftOut || (isQuantity(keys) && isBuiltIn(newer.apiVersion) && isSameQuantity(live, now))
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.values(value).every(isEmpty) : !value;
}

function isWithin(path: string, field: string): boolean {
  const keys = parsePath(path);
  return parsePath(field).every((key, index) => key === "*" || key === keys[index]);
}

function namespaceOf({ metadata }: KubernetesObject): string {
  return metadata.namespace ?? "default";
}

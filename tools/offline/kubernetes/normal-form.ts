import { containsUnknown } from "../../../wire/unknown.ts";
import { withoutKeys } from "../without-keys.ts";
import { DEFINITION, isBuiltIn, type KubernetesObject } from "./object.ts";
import { withData } from "./secret-data.ts";

/** What only the API server writes. */
export const READ_ONLY_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
] as const;

/** Lists that the API server keeps if they are empty; it leaves out every other one. */
const KEPT_EMPTY = words("containers rules verbs");
/** Mappings of names that it leaves out if they are empty; it keeps every other empty object. */
const EMPTY_LEFT_OUT = words(
  "annotations binaryData data hard labels limits matchLabels nodeSelector overhead parameters requests stringData",
);
/** What is the same as nothing if it is 0 or false. */
const ZERO_LEFT_OUT = words(
  "hostIPC hostNetwork hostPID initialDelaySeconds minReadySeconds paused publishNotReadyAddresses stdin stdinOnce tty",
);

/**
 * An object in the form in which the API server keeps it, as far as that is certain without it. Values that nobody
 * knows yet stay where the program put them, and custom resources as the program wrote them.
 */
export function normalized(object: KubernetesObject): KubernetesObject {
  const metadata = withoutKeys(object.metadata, ...READ_ONLY_METADATA);
  const plain = { ...object, metadata };
  // In the schema of a definition, what is empty has a meaning.
  const isKept = object.kind === DEFINITION || !isBuiltIn(object.apiVersion);
  return isKept || containsUnknown(object)
    ? plain
    : (withoutEmpty(withData(plain)) as KubernetesObject);
}

/** What `live` has of the fields of `shape`. */
export function pruned(live: unknown, shape: unknown): unknown {
  if (Array.isArray(live) && Array.isArray(shape)) {
    return live.slice(0, shape.length).map((item, index) => pruned(item, shape[index]));
  }
  if (!isMapping(live) || !isMapping(shape)) {
    return live;
  }
  return Object.fromEntries(
    Object.entries(live)
      .filter(([key]) => key in shape)
      .map(([key, value]) => [key, pruned(value, shape[key])]),
  );
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutEmpty);
  }
  if (!isMapping(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, child]) => !isLeftOut(key, child))
      .map(([key, child]) => [key, withoutEmpty(child)]),
  );
}

function isLeftOut(key: string, value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return value === null || (ZERO_LEFT_OUT.has(key) && (value === 0 || value === false));
  }
  return (
    Object.keys(value).length === 0 &&
    (Array.isArray(value) ? !KEPT_EMPTY.has(key) : EMPTY_LEFT_OUT.has(key))
  );
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

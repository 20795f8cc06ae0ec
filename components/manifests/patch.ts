import type { Patch } from "../service/patches.ts";
import type { Service } from "../service-definition.ts";
import type { Fields } from "./plain-fields.ts";

/**
 * The lists whose entries have names, by what names one. The first that all entries of both lists have counts: of ports it is the name or,
 * without, the number.
 *
 * @see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  imagePullSecrets: ["name"],
  ports: ["name", "containerPort", "port"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  hostAliases: ["ip"],
};

/** Kubernetes' word in an entry of a list that removes it. */
const DIRECTIVE = "$patch";

/** An object with a patch merged into it: what the patch does not name stays as it is. */
export function patched<Manifest extends object>(
  manifest: Manifest,
  patch: Patch | undefined,
): Manifest {
  return patch === undefined ? manifest : (merged(manifest, patch, "") as Manifest);
}

/** A service's objects, each with its patch. */
export function withPatches<Manifests extends Readonly<Record<string, object | undefined>>>(
  { patches = {} }: Pick<Service, "patches">,
  manifests: Manifests,
): Manifests {
  const of = patches as Readonly<Record<string, Patch | undefined>>;
  const entries = Object.entries(manifests).map(([name, manifest]) => {
    return [name, manifest && patched(manifest, of[name])] as const;
  });
  return Object.fromEntries(entries) as Manifests;
}

function merged(value: unknown, patch: unknown, field: string): unknown {
  if (isFields(patch)) {
    return mergedFields(isFields(value) ? value : {}, patch);
  }
  const keys = NAMED[field];
  return keys !== undefined && isList(patch) && isList(value)
    ? mergedList(value, patch, keys)
    : patch;
}

function mergedFields(fields: Fields, patch: Fields): Fields {
  const removed = new Set(Object.keys(patch).filter((key) => patch[key] === null));
  const changed = Object.entries(patch)
    .filter(([key]) => !removed.has(key))
    .map(([key, value]) => [key, merged(fields[key], value, key)]);
  const kept = Object.entries(fields).filter(([key]) => !removed.has(key));
  return { ...Object.fromEntries(kept), ...(Object.fromEntries(changed) as Fields) };
}

/** Entries keep their places, and new ones follow them: the order of containers and variables has a meaning. */
function mergedList(
  list: readonly unknown[],
  patch: readonly unknown[],
  keys: readonly string[],
): readonly unknown[] {
  const key = keys.find((each) => [...list, ...patch].every((entry) => nameOf(entry, each)));
  if (key === undefined) {
    return patch;
  }
  return patch
    .reduce<readonly unknown[]>((entries, change) => {
      const index = entries.findIndex((entry) => nameOf(entry, key) === nameOf(change, key));
      return index < 0
        ? [...entries, merged({}, change, "")]
        : entries.with(index, merged(entries[index], change, ""));
    }, list)
    .filter((entry) => !(isFields(entry) && entry[DIRECTIVE] === "delete"));
}

function nameOf(entry: unknown, key: string): unknown {
  return isFields(entry) ? entry[key] : undefined;
}

/** An output of a resource is a value, and no mapping. */
function isFields(value: unknown): value is Fields {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

import { isDeepStrictEqual } from "node:util";
import type { DiffResult, Properties } from "../../../wire/plugin.ts";
import { parsePath, valueAt } from "../../../wire/property-path.ts";
import { changedPaths } from "../changed-paths.ts";
import type { Configuration } from "./configuration.ts";
import { asObject, groupOf, type KubernetesObject } from "./object.ts";

type Mutable = Pick<Configuration, "enableSecretMutable" | "enableConfigMapMutable">;

/** Marks an object whose name was made up, so that a new one can be made beside the old. */
export const AUTONAMED = "pulumi.com/autonamed";

/** Fields that the API server does not let change, by group and kind. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  "/PersistentVolumeClaim": ["spec"],
  "/Pod": ["spec"],
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/ReplicaSet": ["spec.selector"],
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** What changed in an object's inputs, and which of it needs a new object. */
export function diffObject(
  type: string,
  oldInputs: Properties,
  news: Properties,
  mutable: Mutable,
): DiffResult {
  const [older, newer] = [asObject(oldInputs, type), asObject(news, type)];
  const changed = changedPaths(oldInputs, news);
  const replaces = fixedFields(older, newer, mutable)
    .filter((path) => differs(path, older, newer))
    .flatMap((path) => within(path, changed));
  if (groupOf(older.apiVersion) !== groupOf(newer.apiVersion)) {
    replaces.push("apiVersion");
  }
  const sameName =
    older.metadata.name === newer.metadata.name &&
    older.metadata.namespace === newer.metadata.namespace;
  const autonamed = newer.metadata.annotations?.[AUTONAMED] === "true";
  return { changed, replaces, deleteBeforeReplace: replaces.length > 0 && sameName && !autonamed };
}

function fixedFields(older: KubernetesObject, newer: KubernetesObject, mutable: Mutable): string[] {
  const key = `${groupOf(newer.apiVersion)}/${newer.kind}`;
  return [
    "kind",
    "metadata.name",
    "metadata.namespace",
    ...(IMMUTABLE[key] ?? []),
    ...contents(key, older["immutable"] === true, mutable),
  ];
}

/** The contents of ConfigMaps and Secrets change in place only where the provider is told so. */
function contents(key: string, immutable: boolean, mutable: Mutable): string[] {
  const seal = immutable ? ["immutable"] : [];
  if (key === "/ConfigMap") {
    return mutable.enableConfigMapMutable && !immutable ? [] : ["data", "binaryData", ...seal];
  }
  if (key === "/Secret") {
    return mutable.enableSecretMutable && !immutable
      ? ["type"]
      : ["type", "data", "stringData", ...seal];
  }
  return [];
}

function differs(path: string, older: KubernetesObject, newer: KubernetesObject): boolean {
  const keys = parsePath(path);
  return !isDeepStrictEqual(valueAt(older, keys), valueAt(newer, keys));
}

/** The changed paths inside a fixed field, or the field itself where all around it changed. */
function within(field: string, changed: readonly string[]): string[] {
  const inside = changed.filter(
    (path) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
  );
  return inside.length > 0 ? inside : [field];
}

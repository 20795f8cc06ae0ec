import { OBJECT_NAME } from "../../contract/names.ts";
import {
  type Found,
  fields,
  groupOf,
  idOf,
  type JsonObject,
  type ManifestObject,
  without,
} from "./object.ts";
import { bounded } from "./yaml.ts";

const API_VERSION = /^([a-z0-9.-]{1,253}\/)?v[a-z0-9]{1,62}$/;
const KIND = /^[A-Z][A-Za-z0-9]{0,62}$/;
/** Names of roles may have colons. */
const NAME = /^[A-Za-z0-9][-A-Za-z0-9.:_]{0,252}$/;

/** What the API server writes, and `kubectl get -o yaml` prints. */
const BY_SERVER = [
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

/** What is read from files, and is no object of a cluster. */
const OF_TOOLS: Readonly<Record<string, string>> = {
  "kustomize.config.k8s.io": "it is a kustomization: give its folder as {kustomize: <folder>}",
  "helm.cattle.io": "it is an order to a controller of k3s; use {chart: …}",
};

/** Objects that are well-formed, and what is wrong with the others. */
export interface Checked {
  readonly objects: readonly { readonly object: ManifestObject; readonly origin: string }[];
  readonly faults: readonly string[];
}

/** Checks each object by itself, and that there is one of each. */
export function checked(found: readonly Found[], home: string): Checked {
  const objects: { object: ManifestObject; origin: string }[] = [];
  const faults: string[] = [];
  const seen = new Map<string, string>();
  for (const { origin, value } of found) {
    const [fault] = faultsOf(value);
    if (fault !== undefined) {
      faults.push(`${origin}: ${fault}`);
      continue;
    }
    const object = cleaned(value as ManifestObject);
    const key = `${groupOf(object)} ${idOf(object, home)}`;
    const before = seen.get(key);
    if (before !== undefined) {
      faults.push(
        `${origin}: ${idOf(object, home)} is in ${before}, too; allowed: each object once; remove one`,
      );
    }
    seen.set(key, origin);
    objects.push({ object, origin });
  }
  return { objects, faults };
}

function faultsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [`got ${shown(value)}; allowed: an object with apiVersion, kind and metadata`];
  }
  const { apiVersion, kind, metadata } = value as Readonly<Record<string, unknown>>;
  const { name, namespace, generateName } = fields(metadata as JsonObject);
  const title = `${typeof kind === "string" ? bounded(kind) : "an object"} ${typeof name === "string" ? bounded(name) : "without name"}`;
  const test = (given: unknown, form: RegExp) => typeof given === "string" && form.test(given);
  return [
    ...(test(apiVersion, API_VERSION)
      ? toolFaults(title, String(apiVersion))
      : [`${title}: apiVersion: got ${shown(apiVersion)}; allowed: such as apps/v1; set it`]),
    ...(test(kind, KIND)
      ? []
      : [`${title}: kind: got ${shown(kind)}; allowed: such as Deployment`]),
    ...(name === undefined && generateName !== undefined
      ? [
          `${title}: metadata.generateName: got ${shown(generateName)}; allowed: metadata.name, because a new name at each run is a new object; set the name`,
        ]
      : test(name, NAME)
        ? []
        : [`${title}: metadata.name: got ${shown(name)}; allowed: the name of an object; set it`]),
    ...(namespace === undefined || namespace === null || test(namespace, OBJECT_NAME)
      ? []
      : [
          `${title}: metadata.namespace: got ${shown(namespace)}; allowed: the name of a namespace`,
        ]),
    ...secretFaults(title, value as JsonObject),
  ];
}

function toolFaults(title: string, apiVersion: string): string[] {
  const remedy = OF_TOOLS[apiVersion.split("/")[0] ?? ""];
  return remedy === undefined ? [] : [`${title}: apiVersion: got ${apiVersion}; ${remedy}`];
}

/** The state, the program and the repository would have the values in clear. */
function secretFaults(title: string, { apiVersion, kind, data, stringData }: JsonObject): string[] {
  const keys = [...Object.keys(fields(data)), ...Object.keys(fields(stringData))];
  if (kind !== "Secret" || apiVersion !== "v1" || keys.length === 0) {
    return [];
  }
  const names = bounded(keys.join(", "));
  return [
    `${title}: got values of ${names} in clear; allowed: no values; describe the Secret under slipway:credentials by the same name, and leave it out here (manifests.without, or the chart's own switch for an existing Secret)`,
  ];
}

function cleaned(object: ManifestObject): ManifestObject {
  const { metadata } = object;
  const unset = Object.keys(metadata).filter((key) => metadata[key] === null);
  const kept = without(metadata, [...BY_SERVER, ...unset]);
  return { ...without(object, ["status"]), metadata: kept } as ManifestObject;
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : bounded(JSON.stringify(value));
}

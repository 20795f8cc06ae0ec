import type { Properties } from "../../../wire/plugin.ts";
import { withoutKeys } from "../without-keys.ts";
import type { KubernetesObject } from "./object.ts";

const SERVER_METADATA = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "selfLink",
  "ownerReferences",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
];

/**
 * What a program would have to say to get the object as it is now. Of an object that it did declare,
 * only the fields that it declared: those that others fill in are no drift.
 */
export function liveInputs(live: KubernetesObject, inputs: Properties): Properties {
  if (Object.keys(inputs).length === 0) {
    const metadata = withoutKeys(live.metadata, ...SERVER_METADATA);
    return { ...withoutKeys(live, "status"), metadata };
  }
  return pruned(withStringData(live, inputs), inputs) as Properties;
}

function pruned(live: unknown, inputs: unknown): unknown {
  if (Array.isArray(live) && Array.isArray(inputs)) {
    return live.map(
      (item, index) => (index < inputs.length ? pruned(item, inputs[index]) : item) as unknown,
    );
  }
  if (isObject(live) && isObject(inputs)) {
    return Object.fromEntries(
      Object.entries(inputs)
        .filter(([key, value]) => key in live || isEmpty(value))
        .map(([key, value]) => [key, key in live ? pruned(live[key], value) : value]),
    );
  }
  return live;
}

/** A Secret's `stringData` can be written, but reads back as `data` only. */
function withStringData(live: KubernetesObject, inputs: Properties): KubernetesObject {
  const { stringData } = inputs;
  const { data } = live;
  if (live.kind !== "Secret" || !isObject(stringData) || !isObject(data)) {
    return live;
  }
  const read = Object.keys(stringData)
    .filter((key) => key in data)
    .map((key) => [key, Buffer.from(String(data[key]), "base64").toString()]);
  return { ...live, stringData: Object.fromEntries(read) as unknown };
}

/** The API server leaves out what is empty. */
function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

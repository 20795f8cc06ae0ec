import type { Properties } from "../../../wire/plugin.ts";
import { withoutKeys } from "../without-keys.ts";
import { normalized, pruned, READ_ONLY_METADATA } from "./normal-form.ts";
import { asObject, isBuiltIn, type KubernetesObject } from "./object.ts";

/** What controllers and kubectl note on objects. */
const NOTES = [
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
];

/**
 * The inputs of an object as it is now. Of one that the program declared, only the fields that it declared: those that
 * others fill in are no drift. Of one that is read for the first time, all that a program could say.
 */
export function liveInputs(
  live: KubernetesObject,
  { type, inputs, outputs }: { type: string; inputs: Properties; outputs: Properties },
): Properties {
  if (inputs["kind"] !== undefined) {
    return pruned(live, normalized(asObject(inputs, type))) as Properties;
  }
  const { apiVersion, kind, metadata } = live;
  if (outputs["kind"] === undefined && isBuiltIn(apiVersion)) {
    return { ...withoutKeys(live, "status"), metadata: writable(live) };
  }
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

function writable({ metadata }: KubernetesObject): object {
  const { annotations = {}, ...rest } = withoutKeys(metadata, ...READ_ONLY_METADATA);
  const others = withoutKeys(annotations, ...NOTES);
  return Object.keys(others).length > 0 ? { ...rest, annotations: others } : rest;
}

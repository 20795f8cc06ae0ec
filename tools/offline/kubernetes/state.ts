import { randomBytes } from "node:crypto";
import type { Properties } from "../../../wire/plugin.ts";
import { UNKNOWN } from "../../../wire/unknown.ts";
import { withoutKeys } from "../without-keys.ts";
import type { KubernetesObject } from "./object.ts";

const FIELD_MANAGER = "__fieldManager";

/** The field manager that an object was written by, made up for one that is not written yet. */
export function fieldManagerOf(outputs: Properties): string {
  const manager = outputs[FIELD_MANAGER];
  return typeof manager === "string"
    ? manager
    : `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

/** What the engine keeps of an object: all of it but the book-keeping of its managers. */
export function outputsOf(live: KubernetesObject, known: Properties): Properties {
  const metadata = withoutKeys(live.metadata, "managedFields");
  return { ...live, metadata, [FIELD_MANAGER]: fieldManagerOf(known) };
}

/** What a dry run of a create tells of an object; what it made up for itself, the real one will not have. */
export function previewed(dryRun: KubernetesObject, inputs: KubernetesObject): Properties {
  const metadata = withoutKeys(dryRun.metadata, "managedFields");
  const unknown = { uid: UNKNOWN, resourceVersion: UNKNOWN, creationTimestamp: UNKNOWN };
  const outputs: Record<string, unknown> = { ...dryRun, metadata: { ...metadata, ...unknown } };
  if ("status" in dryRun) {
    outputs["status"] = UNKNOWN;
  }
  if (dryRun.kind === "Service") {
    outputs["spec"] = { ...(dryRun["spec"] as object), ...addresses(inputs) };
  }
  return outputs;
}

/** A dry run takes a Service's addresses from the pool, and gives them back. */
function addresses(inputs: KubernetesObject): object {
  const { clusterIP = UNKNOWN, clusterIPs = UNKNOWN } = (inputs["spec"] ?? {}) as {
    clusterIP?: string;
    clusterIPs?: string;
  };
  return { clusterIP, clusterIPs };
}

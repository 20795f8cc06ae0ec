import type { Properties } from "../../../wire/plugin.ts";
import { notInStandIn } from "../stand-in.ts";
import { withDashes } from "./schema-keys.ts";

/** What kind of object a resource is. */
export interface ObjectKind {
  /** `v1`, `apps/v1`, … */
  readonly apiVersion: string;
  readonly kind: string;
}

/** What is used of the metadata of any object. */
export interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly ManagedFields[];
}

/** Which fields of an object a manager set, and how. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
  readonly time?: string;
}

/** A set of fields in the form of `fieldsV1`. */
export interface FieldSet {
  readonly [field: string]: FieldSet;
}

/** Any Kubernetes object, as the API server takes and gives it. */
export interface KubernetesObject extends ObjectKind {
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** Marks an object whose name was made up, so that a new one can be made beside the old. */
export const AUTONAMED = "pulumi.com/autonamed";

/** Groups that come with the API server; every other group, such as that of the Gateway API, is of custom resources. */
const BUILT_IN =
  /^(v1$|(apps|batch|autoscaling|policy|(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|internal\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration)\.k8s\.io)\/)/;

/** The kind whose objects carry schemas. */
export const DEFINITION = "CustomResourceDefinition";

const NOT_OBJECTS = /^kubernetes:(helm\.sh|yaml|kustomize)/;

/**
 * The kind that a type token such as `kubernetes:apps/v1:Deployment` names.
 *
 * @throws for tokens that are no single object: charts, files of objects, lists and patches
 */
export function kindOf(type: string): ObjectKind {
  const [, groupVersion = "", kind = ""] = type.split(":");
  if (NOT_OBJECTS.test(type) || /(List|Patch)$/.test(kind) || groupVersion === "" || kind === "") {
    throw notInStandIn(type, "kubernetes");
  }
  return { apiVersion: groupVersion.replace(/^core\//, ""), kind };
}

/** The group of an API version; the empty string for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** Whether the API server itself brings a version of an API, so that its kinds are known. */
export function isBuiltIn(apiVersion: string): boolean {
  return BUILT_IN.test(apiVersion);
}

/** Inputs or outputs as an object; its kind is the token's where they do not say it. */
export function asObject(properties: Properties, type: string): KubernetesObject {
  const known = kindOf(type);
  const kind = text(properties["kind"]) ?? known.kind;
  return {
    ...((kind === DEFINITION ? withDashes(properties) : properties) as Properties),
    apiVersion: text(properties["apiVersion"]) ?? known.apiVersion,
    kind,
    metadata: properties["metadata"] ?? {},
  };
}

/** An object's id in the state. */
export function idOf({ name = "", namespace }: ObjectMeta): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The name and namespace in a resource's id. */
export function parseId(id: string): { readonly name: string; readonly namespace?: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** Whether one of Pulumi's annotations, e.g. `pulumi.com/skipAwait`, is on. */
export function isAnnotated({ metadata }: KubernetesObject, annotation: string): boolean {
  return metadata.annotations?.[annotation] === "true";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

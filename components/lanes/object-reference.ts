import { pluralOf } from "../../contract/names.ts";
import type { Right, Verb } from "../../rights.ts";
import { rightsTo } from "./acts.ts";

/** Identifies an object, e.g. a manifest with its namespace. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The objects of a set of manifests; those that the settings do not need are undefined. */
export function objectsOf(
  manifests: Readonly<Record<string, ObjectReference | undefined>>,
): ObjectReference[] {
  return Object.values(manifests).filter((manifest) => manifest !== undefined);
}

/** A kind of object. The types of manifests leave open what every manifest has. */
export interface ObjectKind {
  /** @default - none, which no manifest has */
  readonly apiVersion?: unknown;
  /** @default - none, which no manifest has */
  readonly kind?: unknown;
}

/** Rights to all objects of a kind. */
export function rightsToKind({ apiVersion, kind }: ObjectKind, verbs: readonly Verb[]): Right[] {
  const [group = ""] = String(apiVersion).includes("/") ? String(apiVersion).split("/") : [];
  return rightsTo({ group, resources: [pluralOf(String(kind))], verbs });
}

/** The right to read one object. A Role in a namespace can give the right to read that namespace. */
export function rightToRead(object: ObjectReference): Right[] {
  const { name, namespace } = object.metadata;
  const within = object.kind === "Namespace" ? name : namespace;
  return rightsToKind(object, ["get"]).map((right) => ({
    ...right,
    name,
    ...(within !== undefined && { namespace: within }),
  }));
}

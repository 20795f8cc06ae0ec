import type { Entry } from "./entry.ts";
import { type Finding, type Findings, shown } from "./finding.ts";
import { fieldOf, isMapping, textOf } from "./mapping.ts";

/** Which object of Kubernetes an entry stands for. */
export interface ObjectIdentity {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined outside of namespaces. */
  readonly namespace: string | undefined;
}

/** What the Kubernetes provider keeps beside the object itself. */
const KEPT = ["__fieldManager", "__initialApiVersion", "__inputs"];

/** In an earlier form of its state, these would replace the object. */
const REPLACED_BY = ["inputs", "live"];

const MANAGER = /^pulumi-kubernetes[-\w]{0,64}$/;

/** `group/Kind` and the id by which the provider knows the object. */
export function keyOf({ group, kind, ...object }: ObjectIdentity): string {
  return `${group}/${kind} ${idOf(object)}`;
}

function idOf({ namespace, name }: Pick<ObjectIdentity, "namespace" | "name">): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** What a type of the Kubernetes provider says: `kubernetes:apps/v1:Deployment`. */
function kindOf(type: string): Pick<ObjectIdentity, "group" | "kind"> {
  const [, apiVersion = "", kind = ""] = type.split(":");
  const [group = ""] = apiVersion.split("/");
  return { group: group === "core" ? "" : group, kind };
}

/** Which object the inputs of an entry name, undefined if they name none that can be read. What is only read has no inputs. */
export function identityOf({
  type,
  inputs,
  outputs,
  external = false,
}: Pick<Entry, "type" | "inputs" | "outputs" | "external">): ObjectIdentity | undefined {
  return readIdentity(external && isEmpty(inputs) ? outputs : inputs, type);
}

function readIdentity(object: unknown, type: string): ObjectIdentity | undefined {
  const { group, kind } = kindOf(type);
  const metadata = fieldOf(object, "metadata");
  const name = textOf(metadata, "name");
  const namespace = fieldOf(metadata, "namespace");
  const apiVersion = textOf(object, "apiVersion") ?? "";
  const given = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  const isReadable = namespace === undefined || typeof namespace === "string";
  if (name === undefined || !isReadable || given !== group || textOf(object, "kind") !== kind) {
    return undefined;
  }
  return { group, kind, name, namespace: namespace === "" ? undefined : namespace };
}

/** Checks that an entry stands for one object, whichever of its fields the provider reads. */
export function identityFindings(entry: Entry, find: Findings): Finding[] {
  const { type, id, inputs, outputs } = entry;
  const object = identityOf(entry);
  if (object === undefined) {
    return find(
      `inputs: got ${wordsOf(inputs)}; allowed: an object of the type ${type} with its name in clear`,
    );
  }
  const others = { outputs, "outputs.__inputs": fieldOf(outputs, "__inputs") };
  const differing = Object.entries(others).filter(([, value]) => {
    const other = isEmpty(value) ? object : readIdentity(value, type);
    return other === undefined || keyOf(other) !== keyOf(object);
  });
  const isOther = id !== undefined && id !== "" && id !== idOf(object);
  return [
    ...(isOther
      ? find(
          `id: got ${shown(id)}; allowed: ${shown(idOf(object))}, as its inputs say; the provider would delete what the id names`,
        )
      : []),
    ...differing.flatMap(([field, value]) =>
      find(
        `${field}: got ${wordsOf(value)}; allowed: ${object.kind} ${shown(idOf(object))}, as its inputs say`,
      ),
    ),
    ...keptFindings(outputs, find),
  ];
}

function wordsOf(value: unknown): string {
  const metadata = fieldOf(value, "metadata");
  const [name, namespace] = [fieldOf(metadata, "name"), fieldOf(metadata, "namespace")];
  const within = namespace === undefined ? "" : ` in ${shown(namespace)}`;
  return `${shown(fieldOf(value, "apiVersion"))} ${shown(fieldOf(value, "kind"))} ${shown(name)}${within}`;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (isMapping(value) && Object.keys(value).length === 0);
}

function keptFindings(outputs: unknown, find: Findings): Finding[] {
  const keys = isMapping(outputs) ? Object.keys(outputs) : [];
  const unknown = keys.filter(
    (key) => REPLACED_BY.includes(key) || (key.startsWith("__") && !KEPT.includes(key)),
  );
  const manager = fieldOf(outputs, "__fieldManager") ?? "pulumi-kubernetes";
  const version = fieldOf(outputs, "__initialApiVersion") ?? "v1";
  return [
    ...unknown.flatMap((key) =>
      find(
        `outputs.${shown(key)}: got ${shown(fieldOf(outputs, key))}; allowed: what the API server returns, and ${KEPT.join(", ")}`,
      ),
    ),
    ...(typeof manager === "string" && MANAGER.test(manager)
      ? []
      : find(
          `outputs.__fieldManager: got ${shown(manager)}; allowed: pulumi-kubernetes-<letters>`,
        )),
    ...(typeof version === "string" && /^[a-z0-9./-]{1,253}$/.test(version)
      ? []
      : find(`outputs.__initialApiVersion: got ${shown(version)}; allowed: a version of an API`)),
  ];
}

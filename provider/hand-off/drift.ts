import type { DriftedField, HandedObject } from "../../contract/hand-off.ts";
import { parseQuantity } from "../../contract/quantity.ts";
import { oneLine } from "../cluster/one-line.ts";
import { groupOf } from "../verdict/object-kinds.ts";
import { type Fields, lastWrite, type ManagedFields } from "../verdict/managed-fields.ts";
import type { IgnoredDifference } from "./application.ts";

/** An object in the cluster. */
export interface LiveObject {
  readonly metadata?: {
    readonly uid?: string;
    readonly generation?: number;
    readonly managedFields?: readonly ManagedFields[];
  };
}

/** Fields that are listed; of more, it is enough to know that there are more. */
const LISTED = 20;
const CHARACTERS = 200;

/** What says which object it is, and what is no desired state. */
const UNCOMPARED = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Keys by which items of lists are the same ones, the first that they have. */
const ITEM_KEYS = ["name", "containerPort", "mountPath", "port", "topologyKey", "key", "ip"];

/** A step to a field: a key of an object, or the item of a list, by its key or by its place. */
interface Step {
  readonly name: string;
  /** As `metadata.managedFields` writes it; undefined for an item that has no key. */
  readonly managed: string | undefined;
  /** As a JSON pointer has it. */
  readonly pointer: string;
}

type Path = readonly Step[];

/**
 * The fields of a manifest that an object in the cluster has otherwise, and who wrote each last. What the cluster has beside the
 * manifest is no difference: defaults, status, and what others own.
 */
export function driftOf(
  manifest: HandedObject,
  live: LiveObject,
  ignored: readonly IgnoredDifference[] = [],
): readonly DriftedField[] {
  const object = `${manifest.kind.toLowerCase()} ${manifest.metadata.name}`;
  const pointers = pointersFor(manifest, ignored);
  const { labels, annotations } = manifest.metadata as Readonly<Record<string, unknown>>;
  const declared = Object.entries(manifest).filter(([name]) => !UNCOMPARED.has(name));
  const metadata = { labels, annotations: withoutEngine(annotations) };
  const wanted = { ...Object.fromEntries(declared), metadata };
  return differences(wanted, live, [])
    .filter((path) => !pointers.some((pointer) => isWithin(pointerOf(path), pointer)))
    .slice(0, LISTED)
    .map((path) => ({
      object,
      field: oneLine(path.map(({ name }) => name).join("."), CHARACTERS),
      writer: writerOf(path, live.metadata?.managedFields ?? []),
    }));
}

function withoutEngine(annotations: unknown): object {
  const all = Object.entries(annotations ?? {});
  return Object.fromEntries(all.filter(([name]) => !name.startsWith("pulumi.com/")));
}

function differences(wanted: unknown, live: unknown, path: Path): Path[] {
  if (isEmpty(wanted)) {
    const saysNothing = wanted === undefined || wanted === null || isPlainObject(wanted);
    return saysNothing || isEmpty(live) ? [] : [path];
  }
  if (Array.isArray(wanted)) {
    return Array.isArray(live) ? inList(wanted, live, path) : [path];
  }
  if (typeof wanted === "object" && wanted !== null) {
    const fields = Object.entries(wanted as Fields).filter(([, value]) => value !== undefined);
    const there = typeof live === "object" && live !== null ? (live as Fields) : {};
    return fields.flatMap(([name, value]) =>
      differences(value, there[name], [...path, { name, managed: `f:${name}`, pointer: name }]),
    );
  }
  return isSameValue(wanted, live) ? [] : [path];
}

function inList(wanted: readonly unknown[], live: readonly unknown[], path: Path): Path[] {
  const key = ITEM_KEYS.find((each) => [...wanted, ...live].every((item) => hasKey(item, each)));
  if (key === undefined) {
    const others = wanted.flatMap((item, index) =>
      differences(item, live[index], [
        ...path,
        { name: String(index), managed: undefined, pointer: String(index) },
      ]),
    );
    return wanted.length === live.length ? others : [path];
  }
  return wanted.flatMap((item) => {
    const value = (item as Fields)[key];
    const at = live.findIndex((each) => isSameValue(value, (each as Fields)[key]));
    const step = {
      name: String(value),
      managed: managedKey(item as Fields, key),
      pointer: String(at),
    };
    return at === -1 ? [[...path, step]] : differences(item, live[at], [...path, step]);
  });
}

/** As server-side apply names an item; ports have two keys. */
function managedKey(item: Fields, key: string): string {
  const isPort = key === "containerPort" || key === "port";
  const keys = isPort
    ? { [key]: item[key], protocol: item["protocol"] ?? "TCP" }
    : { [key]: item[key] };
  return `k:${JSON.stringify(keys)}`;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasKey(item: unknown, key: string): boolean {
  return (
    typeof item === "object" &&
    item !== null &&
    ["string", "number"].includes(typeof (item as Fields)[key])
  );
}

/** What the API server leaves out. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === 0 ||
    value === false ||
    (typeof value === "object" && Object.values(value).every((each) => each === undefined))
  );
}

/** The API server writes quantities in its own form, and numbers as strings where either is allowed. */
function isSameValue(wanted: unknown, live: unknown): boolean {
  const [one, other] = [String(wanted), String(live)];
  if (one === other) {
    return true;
  }
  const [number, there] = [parseQuantity(one), parseQuantity(other)];
  return (
    number !== undefined &&
    there !== undefined &&
    Math.abs(number - there) <= Math.abs(number) * 1e-9
  );
}

function pointersFor(
  { apiVersion, kind, metadata }: HandedObject,
  ignored: readonly IgnoredDifference[],
): readonly string[] {
  const isAbout = (each: IgnoredDifference) =>
    (each.kind === kind || each.kind === "*") &&
    (each.group === undefined || each.group === "*" || each.group === groupOf(apiVersion)) &&
    (each.name === undefined || each.name === "" || each.name === metadata.name) &&
    (each.namespace === undefined ||
      each.namespace === "" ||
      each.namespace === metadata.namespace);
  return ignored.filter(isAbout).flatMap(({ jsonPointers = [] }) => jsonPointers);
}

function pointerOf(path: Path): string {
  return path
    .map(({ pointer }) => `/${pointer.replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}

/** Who wrote a field last, or an item that has it; null if nobody says so. */
function writerOf(path: Path, managedFields: readonly ManagedFields[]): string | null {
  const writers = managedFields.filter(({ fieldsV1 }) => hasPath(fieldsV1, path));
  const manager = lastWrite(writers)?.manager;
  return manager === undefined ? null : oneLine(manager, 100);
}

function hasPath(fields: unknown, path: Path): boolean {
  const [step, ...rest] = path;
  if (step === undefined) {
    return fields !== undefined;
  }
  const { managed } = step;
  if (typeof fields !== "object" || fields === null) {
    return false;
  }
  const known = fields as Fields;
  // A list without keys is owned as a whole.
  return managed === undefined || known[managed] === undefined
    ? managed === undefined && Object.keys(known).length === 0
    : hasPath(known[managed], rest);
}

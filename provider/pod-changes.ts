import { type PodChanges, podChangesArgs } from "../contract/pod-changes.ts";
import type { Properties } from "../wire/plugin.ts";
import { type Cluster, pathOf } from "./cluster.ts";
import { parsed } from "./input-schema.ts";
import type { Deployment } from "./verdict/objects.ts";
import { isOfProvider, isTakenOver } from "./verdict/managed-fields.ts";
import { isOwn } from "./verdict/pod-template.ts";

/** A field, or what distinguishes an entry of a list. */
type Step = string | Fields;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The function `slipway:index:podChanges`: what a Deployment's pods are, and what an apply of the Kubernetes provider makes of
 * them. The dry run of its preview does not show all of it: before the real apply, the provider takes over what kubectl
 * and its own patches have written, and what the program does not have goes.
 */
export async function podChanges(
  args: Properties,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Properties> {
  const asked = parsed(podChangesArgs, args);
  const { namespace, declared, planned } = asked;
  const live = await cluster.deployment(namespace, asked, signal);
  const present = live?.spec?.template;
  const gone = live === undefined ? [] : removable(live).filter((steps) => !has(declared, steps));
  if (present === undefined || gone.length === 0) {
    return { ...(present && { present }), next: planned } satisfies PodChanges;
  }
  const value = gone.reduce<unknown>(without, planned);
  const patch = [{ op: "replace", path: "/spec/template", value }];
  const path = pathOf(namespace, asked);
  const applied = (await cluster.api.patch(
    path,
    patch,
    { dryRun: "All", fieldManager: "slipway" },
    signal,
  )) as Deployment;
  return { present, next: applied.spec?.template ?? planned } satisfies PodChanges;
}

/** Fields of the pod template that nobody holds in whose name the provider does not write. */
function removable({ metadata }: Deployment): (readonly Step[])[] {
  const entries = metadata?.managedFields ?? [];
  const paths = (those: typeof entries) =>
    those
      .flatMap(({ fieldsV1 }) => pathsOf(fieldsV1))
      .filter(([first, second]) => first === "spec" && second === "template")
      .map((path) => path.slice(2));
  const isProviders = (entry: (typeof entries)[number]) =>
    isOfProvider(entry) || isTakenOver(entry);
  const held = paths(entries.filter((entry) => !isProviders(entry))).map(keyOf);
  const own = new Set(paths(entries.filter(isOfProvider)).map(keyOf));
  return paths(entries.filter(isProviders)).filter(
    (path) =>
      // Of an entry that somebody else has a field in, that one stays.
      !held.some((other) => other.startsWith(keyOf(path).slice(0, -1))) &&
      (own.has(keyOf(path)) || !isAnnotationOfOthers(path)),
  );
}

/** These are kept: see `keepAnnotations`. */
function isAnnotationOfOthers([first, second, key]: readonly Step[]): boolean {
  return (
    first === "metadata" && second === "annotations" && !(typeof key === "string" && isOwn(key))
  );
}

/** The deepest fields of a field set, and the entries of its lists: `f:image` is a field, `k:{"name":"shop"}` an entry. */
function pathsOf(fields: unknown, path: readonly Step[] = []): (readonly Step[])[] {
  const all = (fields ?? {}) as Fields;
  const inner = Object.entries(all).filter(([key]) => /^[fk]:/.test(key));
  const isEntry = typeof path.at(-1) === "object" && "." in all;
  // An entry comes before its fields: without its name it cannot be found.
  return [
    ...(inner.length === 0 || isEntry ? [path] : []),
    ...inner.flatMap(([key, value]) => pathsOf(value, [...path, stepOf(key)])),
  ];
}

function stepOf(key: string): Step {
  return key.startsWith("f:") ? key.slice(2) : (JSON.parse(key.slice(2)) as Fields);
}

function keyOf(path: readonly Step[]): string {
  return JSON.stringify(path);
}

function has(value: unknown, [step, ...rest]: readonly Step[]): boolean {
  if (step === undefined) {
    return true;
  }
  if (typeof step !== "string") {
    return Array.isArray(value) && value.some((entry) => isEntry(entry, step) && has(entry, rest));
  }
  return isFields(value) && value[step] !== undefined && has(value[step], rest);
}

/** A value without a field, and without what is empty then. */
function without(value: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (typeof step === "object" && Array.isArray(value)) {
    return value
      .map((entry: unknown) => (isEntry(entry, step) ? without(entry, rest) : entry))
      .filter((entry) => entry !== undefined);
  }
  if (typeof step !== "string" || !isFields(value) || value[step] === undefined) {
    return step === undefined ? undefined : value;
  }
  const { [step]: field, ...others } = value;
  const left = without(field, rest);
  const isGone = left === undefined || (Array.isArray(left) && left.length === 0);
  const all = isGone ? others : { ...others, [step]: left };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** Whether an entry is the one with this key; it may leave defaults out. */
function isEntry(entry: unknown, key: Fields): boolean {
  const names = Object.keys(key);
  return (
    isFields(entry) &&
    names.some((name) => entry[name] === key[name]) &&
    names.every((name) => entry[name] === undefined || entry[name] === key[name])
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

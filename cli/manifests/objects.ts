import { isUnknown } from "../../wire/unknown.ts";
import { BUILT_TYPES } from "../built-types.ts";
import { isSecret } from "../preview/secret.ts";
import type { Inputs, Step } from "../preview/step.ts";

/** An object of Kubernetes as a manifest has it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined for what has none. */
  readonly namespace: string | undefined;
  /** The object itself. */
  readonly object: Readonly<Record<string, unknown>>;
  /** Places of values that are left out: secrets, and what only an `up` will know. */
  readonly hidden: readonly string[];
}

/** What a manifest has in the place of a secret, as Pulumi prints one. Nothing that requires base64 accepts it. */
const SECRET_VALUE = "[secret]";

/** What a manifest has in the place of what only an `up` will know. */
const UNKNOWN_VALUE = "[unknown]";

/** A type of the Kubernetes provider, of which some are orders to it, and no objects. */
const OBJECT = /^kubernetes:(?!(?:helm\.sh|kustomize|yaml|kubectl)\/).+:(?!\w+Patch$)\w+$/;

/** Orders to the Kubernetes provider, which it takes from the object. */
const ORDER = /^pulumi\.com\//;

const ANNOTATIONS = "metadata.annotations";

/**
 * The objects that a stack has in the cluster after what was previewed, in the order of their kinds and names. No secret is in
 * them. An image that is yet to be built is the one that will be built, by the tag that is the hash of its content.
 */
export function manifestsOf(steps: readonly Step[]): Manifest[] {
  const images = builtImages(steps);
  const staying = steps.filter(
    ({ type, action, isComponent }) => OBJECT.test(type) && action !== "delete" && !isComponent,
  );
  return staying.flatMap(
    ({ after, service }) => manifestOf(after, images.get(service ?? "")) ?? [],
  );
}

/** What manifests do not say, one line for each object that has any of it. */
export function hiddenIn(manifests: readonly Manifest[]): string[] {
  return manifests
    .filter(({ hidden }) => hidden.length > 0)
    .map(({ kind, name, hidden }) => `${kind} ${name} is written without: ${hidden.join(", ")}`);
}

/** Names of the images that are built, by the service that has them. */
function builtImages(steps: readonly Step[]): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap(({ type, action, service = "", after }) => {
      const name = after?.["imageName"];
      const isBuilt = BUILT_TYPES.has(type) && action !== "delete";
      return isBuilt && typeof name === "string" && !isUnknown(name) ? [[service, name]] : [];
    }),
  );
}

function manifestOf(inputs: Inputs | undefined, image: string | undefined): Manifest | undefined {
  const hidden: string[] = [];
  const object = written(inputs, [], { hidden, image }) as Record<string, unknown> | undefined;
  const { apiVersion, kind, metadata } = object ?? {};
  const { name, namespace } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") {
    return undefined;
  }
  const place = typeof namespace === "string" ? namespace : undefined;
  return { apiVersion, kind, name, namespace: place, object: object ?? {}, hidden };
}

interface Writing {
  /** Grows. */
  readonly hidden: string[];
  readonly image: string | undefined;
}

function written(value: unknown, path: readonly string[], writing: Writing): unknown {
  if (isSecret(value) || isUnknown(value)) {
    return standIn(value, path, writing);
  }
  if (Array.isArray(value)) {
    return value.map((each, at) => written(each, [...path, String(at)], writing));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([key, each]) => !isOrder([...path, key], each));
  return Object.fromEntries(
    entries.map(([key, each]) => [key, written(each, [...path, key], writing)] as const),
  );
}

function standIn(value: unknown, path: readonly string[], { hidden, image }: Writing): string {
  if (!isSecret(value) && image !== undefined && isOfContainer(path)) {
    return image;
  }
  hidden.push(path.join("."));
  return isSecret(value) ? SECRET_VALUE : UNKNOWN_VALUE;
}

/** Whether a place is the image of a container, an init container among them. */
function isOfContainer(path: readonly string[]): boolean {
  return path.at(-1) === "image" && /^(?:initC|c)ontainers$/.test(path.at(-3) ?? "");
}

/** Whether a place is an order to the provider, or holds nothing else. */
function isOrder(path: readonly string[], value: unknown): boolean {
  const place = path.join(".");
  return place === ANNOTATIONS
    ? Object.keys(value ?? {}).every((key) => ORDER.test(key))
    : path.length === 3 && place.startsWith(`${ANNOTATIONS}.`) && ORDER.test(path[2] ?? "");
}

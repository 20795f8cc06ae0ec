import { CREDENTIAL } from "../../contract/marks.ts";
import { GONE_AT_ONCE, SKIP_AWAIT, TAKES_BACK } from "../manifests/labels.ts";
import { at, fields, items, type JsonObject, type ManifestObject } from "./object.ts";
import { podSpecPath, runs, secretsOf, withImage, withPodSpec } from "./pod-spec.ts";

/** What is put into an object before it is applied. */
export interface Additions {
  /** The image by its name in the manifests, and by its digest. */
  readonly image?: { readonly called: string; readonly reference: unknown } | undefined;
  /** Name of a Secret that pulls that image. */
  readonly pullSecret?: string | undefined;
  /** By the name of each credential, what changes with its values. */
  readonly digests: Readonly<Record<string, unknown>>;
  /** Of a Deployment with that image. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Kinds that are replaced where what cannot change does, under the same name. Their pods are deleted after them: nobody waits
 * until they are gone, and the name must be free.
 */
const REPLACED: readonly string[] = ["DaemonSet", "Deployment", "Job", "StatefulSet"];

/** Pods of these are not replaced when a value of a credential is: a Job would run again. */
const RUNS_ONCE: readonly string[] = ["Job", "Pod"];

/**
 * An object as it is applied: with the image of the stack, with what restarts its pods when a credential changes, and
 * without the Kubernetes provider's own wait.
 */
export function applied(object: ManifestObject, additions: Additions): Record<string, unknown> {
  const { image, pullSecret } = additions;
  const isOurs = image !== undefined && runs(object, image.called);
  const withPods = withPodSpec(object, (spec) =>
    isOurs
      ? withPullSecret(withImage(spec, image.called, image.reference), spec, pullSecret)
      : spec,
  );
  return withDigests(
    { ...withPods, metadata: metadataOf(object, isOurs ? additions.annotations : {}) },
    object,
    additions.digests,
  );
}

/** The credentials whose values the pods of an object get. */
export function credentialsOf(object: ManifestObject, names: readonly string[]): string[] {
  return secretsOf(object).filter((name) => names.includes(name));
}

function withPullSecret(
  changed: Record<string, unknown>,
  spec: JsonObject,
  pullSecret: string | undefined,
): Record<string, unknown> {
  const given = items(spec["imagePullSecrets"]);
  return pullSecret === undefined || given.some((each) => at(each, "name") === pullSecret)
    ? changed
    : { ...changed, imagePullSecrets: [...given, { name: pullSecret }] };
}

function metadataOf({ kind, metadata }: ManifestObject, more: Readonly<Record<string, string>>) {
  const own = kind === "Deployment" ? more : {};
  const orders = kind === "Pod" ? TAKES_BACK : { ...TAKES_BACK, ...SKIP_AWAIT };
  const annotations = {
    ...orders,
    ...(REPLACED.includes(kind) && GONE_AT_ONCE),
    ...fields(metadata["annotations"]),
    ...own,
  };
  return { ...metadata, annotations };
}

function withDigests(
  changed: Record<string, unknown>,
  object: ManifestObject,
  digests: Additions["digests"],
): Record<string, unknown> {
  const path = podSpecPath(object)?.slice(0, -1);
  const used = credentialsOf(object, Object.keys(digests));
  if (
    path === undefined ||
    path.length === 0 ||
    used.length === 0 ||
    RUNS_ONCE.includes(object.kind)
  ) {
    return changed;
  }
  const marks = Object.fromEntries(used.map((name) => [CREDENTIAL + name, digests[name]]));
  return marked(changed, path, marks);
}

/** The template at the end of the path gets the annotations. */
function marked(
  value: Record<string, unknown>,
  path: readonly string[],
  marks: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const [key, ...rest] = path;
  if (key !== undefined) {
    const inner = (value[key] ?? {}) as Record<string, unknown>;
    return { ...value, [key]: marked(inner, rest, marks) };
  }
  const metadata = (value["metadata"] ?? {}) as Record<string, unknown>;
  const annotations = { ...(metadata["annotations"] as object | undefined), ...marks };
  return { ...value, metadata: { ...metadata, annotations } };
}

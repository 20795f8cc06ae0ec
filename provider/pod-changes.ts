import { type PodChanges, podChangesArgs } from "../contract/pod-changes.ts";
import type { Properties } from "../wire/plugin.ts";
import type { Cluster } from "./cluster.ts";
import { parsed } from "./input-schema.ts";
import type { Deployment } from "./verdict/objects.ts";
import { isOwn, isTakenOver } from "./verdict/pod-template.ts";

/** What names an entry of a list in the key of a field set. */
type Key = Readonly<Record<string, string | number>>;

/**
 * The function `slipway:index:podChanges`: what a Deployment's pods are now, and what of it somebody has written with
 * kubectl. A dry run of the API server does not show that an apply takes that away.
 */
export async function podChanges(
  args: Properties,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Properties> {
  const { namespace, name } = parsed(podChangesArgs, args);
  const live = await cluster.deployment(namespace, name, signal);
  return { ...changesOf(live) };
}

function changesOf(live: Deployment | undefined): PodChanges {
  const template = live?.spec?.template;
  if (template === undefined) {
    return { byHand: [] };
  }
  const entries = live?.metadata?.managedFields ?? [];
  const paths = (those: typeof entries) => those.flatMap(({ fieldsV1 }) => pathsOf(fieldsV1));
  const others = new Set(paths(entries.filter((entry) => !isTakenOver(entry))).map(keyOf));
  const byHand = paths(entries.filter(isTakenOver))
    .filter((path) => path[0] === "spec" && path[1] === "template" && !others.has(keyOf(path)))
    .map((path) => path.slice(2))
    .filter(
      ([first, second, key = ""]) =>
        !(first === "metadata" && second === "annotations" && !isOwn(key)),
    );
  return { template, byHand };
}

/** The deepest fields of a field set. */
function pathsOf(fields: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner = Object.entries((fields ?? {})).filter(([key]) => key !== ".");
  return inner.length === 0
    ? [path]
    : inner.flatMap(([key, value]) => pathsOf(value, [...path, nameOf(key)]));
}

/** `f:image` is a field, `k:{"name":"shop"}` an entry of a list, `v:"text"` a value of a set. */
function nameOf(key: string): string {
  const rest = key.slice(2);
  if (key.startsWith("f:")) {
    return rest;
  }
  const value = JSON.parse(rest) as Key | string;
  if (typeof value !== "object") {
    return value;
  }
  const { mountPath, name, containerPort } = value;
  return String(mountPath ?? name ?? containerPort ?? rest);
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

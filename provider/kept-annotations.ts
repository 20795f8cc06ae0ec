import { keptAnnotations } from "../contract/kept-annotations.ts";
import { kindOf } from "../contract/workload-kind.ts";
import type { Properties } from "../wire/plugin.ts";
import type { Cluster } from "./cluster.ts";
import { messageOf } from "./cluster/api-error.ts";
import { collectionOfKind, nameOfCollection } from "./cluster/collection.ts";
import { parsed } from "./input-schema.ts";
import type { Deployment } from "./verdict/objects.ts";
import { isTakenOver, lastWrite } from "./verdict/managed-fields.ts";
import { annotationsIn, isOwn } from "./verdict/pod-template.ts";
import { answered, isOutrun } from "./waiting/answered.ts";

/** The field manager in whose name annotations are kept. */
const KEEPER = "slipway-annotations";

/**
 * The function `slipway:index:keepAnnotations`: has the annotations that others have written on a Deployment's pod
 * template, such as the one of `kubectl rollout restart`, outlive the next apply of the Kubernetes provider. Without it
 * they go, and all pods are replaced.
 *
 * They get one more manager, and nothing else changes.
 */
export async function keepAnnotations(
  args: Properties,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Properties> {
  const asked = parsed(keptAnnotations, args);
  const { namespace, name } = asked;
  const kind = kindOf(asked);
  const attempt = async () => {
    const live = await cluster.deployment(namespace, asked, signal);
    const patch = live && patchOf(live);
    if (patch !== undefined) {
      await cluster.patchDeployment(namespace, asked, { patch, fieldManager: KEEPER }, signal);
    }
  };
  try {
    await answered(attempt, signal, isOutrun);
  } catch (error) {
    throw new Error(
      `annotations of others on the pods of ${kind} ${namespace}/${name} cannot be kept: ${messageOf(error)}; allow get and patch of ${nameOfCollection(collectionOfKind(kind))}`,
      { cause: error },
    );
  }
  return { ...asked };
}

/** @returns undefined if nothing is in danger */
function patchOf({ metadata, spec }: Deployment): object[] | undefined {
  const entries = metadata?.managedFields ?? [];
  const taken = annotationsIn(entries, isTakenOver);
  const safe = annotationsIn(entries, (entry) => !isTakenOver(entry));
  const present = Object.keys(spec?.template.metadata?.annotations ?? {});
  const endangered = present.filter((key) => taken.has(key) && !safe.has(key) && !isOwn(key));
  if (endangered.length === 0) {
    return undefined;
  }
  const isKeeper = ({ manager }: (typeof entries)[number]) => manager === KEEPER;
  const names = [...annotationsIn(entries, isKeeper), ...endangered];
  const fields = Object.fromEntries(names.map((key) => [`f:${key}`, {}]));
  const last = lastWrite(entries.filter(isTakenOver));
  const keeper = {
    manager: KEEPER,
    operation: "Apply",
    apiVersion: "apps/v1",
    // No write of this moment: whoever wrote the annotations did so before.
    ...(last?.time !== undefined && { time: last.time }),
    fieldsType: "FieldsV1",
    fieldsV1: {
      "f:spec": { "f:template": { "f:metadata": { "f:annotations": fields } } },
    },
  };
  const others = entries.filter((entry) => !isKeeper(entry));
  return [
    { op: "test", path: "/metadata/uid", value: metadata?.uid },
    { op: "test", path: "/metadata/resourceVersion", value: metadata?.resourceVersion },
    { op: "replace", path: "/metadata/managedFields", value: [...others, keeper] },
  ];
}

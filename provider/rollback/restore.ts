import { isDeepStrictEqual } from "node:util";
import { ROLLED_BACK } from "../../contract/marks.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { kindOf, nounOf, type OfKind, resourceOfKind } from "../../contract/workload-kind.ts";
import type { Cluster } from "../cluster.ts";
import { ApiError, messageOf } from "../cluster/api-error.ts";
import { type CronJob, type Deployment, uidOf } from "../verdict/objects.ts";
import { fieldsAt, isOfProvider } from "../verdict/managed-fields.ts";
import { type PodTemplate, withAnnotationsOfOthers } from "../verdict/pod-template.ts";
import { answered, isOutrun } from "../waiting/answered.ts";
import { type Mark, markOf } from "./mark.ts";

/** The template of a CronJob's Jobs. */
export type JobTemplate = CronJob["spec"]["jobTemplate"];

/** How the attempt to restore a template ended. */
export type Restoration =
  | {
      readonly kind: "restored";
      /** The Deployment's `metadata.generation` since. */
      readonly generation: number;
    }
  | { readonly kind: "refused"; readonly why: string };

/** What is restored. */
export interface RestoreOptions {
  readonly release: ReadinessInputs;
  /** The Deployment that the verdict was made from, or what is in its place. */
  readonly judged: Deployment | undefined;
  /** The pod template that is restored, or the template of Jobs. */
  readonly template: PodTemplate | JobTemplate;
  readonly mark: Mark;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Restores an earlier template in the Deployment, or in what is in its place, with one write that the API server refuses if the template is no
 * longer the one that was judged. It writes nothing else except the mark: an autoscaler may have changed the replicas.
 * Annotations of others stay as they are.
 */
export async function restore(
  cluster: Cluster,
  { release, judged, template, mark, signal }: RestoreOptions,
): Promise<Restoration> {
  const { namespace, deployment } = release;
  const field = fieldOf(deployment);
  const attempt = async (): Promise<Restoration> => {
    const live = await cluster.deployment(namespace, deployment, signal);
    if (live !== undefined && markOf(release, live) !== undefined) {
      // The answer was lost on its way, but not the write.
      return { kind: "restored", generation: live.metadata?.generation ?? 0 };
    }
    if (!isJudged(live, judged, field)) {
      return { kind: "refused", why: `somebody else has changed the ${nounOf(deployment)} since` };
    }
    const restored =
      field === "template" ? withAnnotationsOfOthers(template as PodTemplate, live) : template;
    if (isDeepStrictEqual(restored, templateIn(live, field))) {
      return { kind: "refused", why: "it has the same pod template" };
    }
    const patch = patchOf(live, field, restored, mark);
    const how = { patch, fieldManager: managerOf(live) };
    const patched = await cluster.patchDeployment(namespace, deployment, how, signal);
    return { kind: "restored", generation: patched.metadata?.generation ?? 0 };
  };
  try {
    return await answered(attempt, signal, isOutrun);
  } catch (error) {
    return {
      kind: "refused",
      why: signal.aborted ? "the run was interrupted" : whyOf(error, deployment),
    };
  }
}

/**
 * The field manager that writes the template: the Kubernetes provider's, whose next `up` then owns it. With a name of
 * our own, a field that only the earlier template has would stay for ever.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
export function managerOf({ metadata }: Deployment): string {
  const owner = metadata?.managedFields?.find(
    (entry) => isOfProvider(entry) && fieldsAt(entry.fieldsV1, ["f:spec"]) !== undefined,
  );
  return owner?.manager ?? "slipway";
}

type Field = "template" | "jobTemplate";

/** Where an object has the template that its controller makes others from. */
function fieldOf(workload: OfKind): Field {
  return kindOf(workload) === "CronJob" ? "jobTemplate" : "template";
}

function templateIn({ spec }: Deployment, field: Field): unknown {
  return (spec as Readonly<Partial<Record<Field, unknown>>> | undefined)?.[field];
}

function patchOf(live: Deployment, field: Field, template: object, mark: Mark): object[] {
  const { uid, annotations } = live.metadata ?? {};
  const path = `/spec/${field}`;
  const annotation = `/metadata/annotations/${ROLLED_BACK.replace("/", "~1")}`;
  return [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path, value: templateIn(live, field) },
    { op: "replace", path, value: template },
    ...(annotations === undefined ? [{ op: "add", path: "/metadata/annotations", value: {} }] : []),
    { op: "add", path: annotation, value: JSON.stringify(mark) },
  ];
}

function isJudged(
  live: Deployment | undefined,
  judged: Deployment | undefined,
  field: Field,
): live is Deployment {
  return (
    live !== undefined &&
    judged !== undefined &&
    uidOf(live) === uidOf(judged) &&
    isDeepStrictEqual(templateIn(live, field), templateIn(judged, field))
  );
}

function whyOf(error: unknown, workload: OfKind): string {
  const { resource } = resourceOfKind(kindOf(workload));
  return error instanceof ApiError && error.status === 403
    ? `this identity may not patch ${resource}: ${error.message}; grant it patch on ${resource}`
    : messageOf(error);
}

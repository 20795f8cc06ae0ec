import { isDeepStrictEqual } from "node:util";
import { ROLLED_BACK } from "../../contract/marks.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { kindOf, nounOf, type OfKind, resourceOfKind } from "../../contract/workload-kind.ts";
import type { Cluster } from "../cluster.ts";
import { ApiError, messageOf } from "../cluster/api-error.ts";
import { type Deployment, uidOf } from "../verdict/objects.ts";
import { fieldsAt, isOfProvider } from "../verdict/managed-fields.ts";
import { type PodTemplate, withAnnotationsOfOthers } from "../verdict/pod-template.ts";
import { answered, isOutrun } from "../waiting/answered.ts";
import { type Mark, markOf } from "./mark.ts";

/** How the attempt to restore a pod template ended. */
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
  /** The Deployment that the verdict was made from. */
  readonly judged: Deployment | undefined;
  /** The pod template that is restored. */
  readonly template: PodTemplate;
  readonly mark: Mark;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Restores an earlier pod template in the Deployment, with one write that the API server refuses if the template is no
 * longer the one that was judged. It writes nothing else except the mark: an autoscaler may have changed the replicas.
 * Annotations of others stay as they are.
 */
export async function restore(
  cluster: Cluster,
  { release, judged, template, mark, signal }: RestoreOptions,
): Promise<Restoration> {
  const { namespace, deployment } = release;
  const attempt = async (): Promise<Restoration> => {
    const live = await cluster.deployment(namespace, deployment, signal);
    if (live !== undefined && markOf(release, live) !== undefined) {
      // The answer was lost on its way, but not the write.
      return { kind: "restored", generation: live.metadata?.generation ?? 0 };
    }
    if (!isJudged(live, judged)) {
      return { kind: "refused", why: `somebody else has changed the ${nounOf(deployment)} since` };
    }
    const restored = withAnnotationsOfOthers(template, live);
    if (isDeepStrictEqual(restored, live.spec?.template)) {
      return { kind: "refused", why: "it has the same pod template" };
    }
    const patch = patchOf(live, restored, mark);
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

function patchOf({ metadata, spec }: Deployment, template: object, mark: Mark): object[] {
  const annotation = `/metadata/annotations/${ROLLED_BACK.replace("/", "~1")}`;
  return [
    { op: "test", path: "/metadata/uid", value: metadata?.uid },
    { op: "test", path: "/spec/template", value: spec?.template },
    { op: "replace", path: "/spec/template", value: template },
    { op: "add", path: annotation, value: JSON.stringify(mark) },
  ];
}

function isJudged(
  live: Deployment | undefined,
  judged: Deployment | undefined,
): live is Deployment {
  return (
    live !== undefined &&
    judged !== undefined &&
    uidOf(live) === uidOf(judged) &&
    isDeepStrictEqual(live.spec?.template, judged.spec?.template)
  );
}

function whyOf(error: unknown, workload: OfKind): string {
  const { resource } = resourceOfKind(kindOf(workload));
  return error instanceof ApiError && error.status === 403
    ? `this identity may not patch ${resource}: ${error.message}; grant it patch on ${resource}`
    : messageOf(error);
}

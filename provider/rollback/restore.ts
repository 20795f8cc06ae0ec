import { isDeepStrictEqual } from "node:util";
import { ROLLED_BACK } from "../../contract/marks.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Cluster } from "../cluster.ts";
import { ApiError, isPassing, messageOf } from "../cluster/api-error.ts";
import { type Deployment, type ReplicaSet, uidOf } from "../verdict/objects.ts";
import { type Mark, markOf } from "./mark.ts";
import { answered } from "../waiting/answered.ts";

/** Set by the Deployment controller on the pods of each of its ReplicaSets. */
const HASH_LABEL = "pod-template-hash";

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
  /** The ReplicaSet whose pod template is restored. */
  readonly replicaSet: ReplicaSet;
  readonly mark: Mark;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Restores the pod template of an earlier ReplicaSet in the Deployment, with one write that the API server refuses if
 * the template is no longer the one that was judged. It writes nothing else except the mark: an autoscaler may have
 * changed the replicas.
 */
export async function restore(
  cluster: Cluster,
  { release, judged, replicaSet, mark, signal }: RestoreOptions,
): Promise<Restoration> {
  const { namespace, deployment } = release;
  const attempt = async (): Promise<Restoration> => {
    const live = await cluster.deployment(namespace, deployment.name, signal);
    if (live !== undefined && markOf(release, live) !== undefined) {
      // The answer was lost on its way, but not the write.
      return { kind: "restored", generation: live.metadata?.generation ?? 0 };
    }
    if (!isJudged(live, judged)) {
      return { kind: "refused", why: "somebody else has changed the deployment since" };
    }
    const patch = patchOf(live, templateOf(replicaSet), mark);
    const how = { patch, fieldManager: managerOf(live) };
    const patched = await cluster.patchDeployment(namespace, deployment.name, how, signal);
    return { kind: "restored", generation: patched.metadata?.generation ?? 0 };
  };
  try {
    return await answered(attempt, signal, mayPass);
  } catch (error) {
    return { kind: "refused", why: signal.aborted ? "the run was interrupted" : whyOf(error) };
  }
}

/** A ReplicaSet's pod template as its Deployment had it. */
export function templateOf({ spec }: ReplicaSet): object {
  const { metadata, ...rest } = spec?.template ?? {};
  const labels = Object.entries(metadata?.labels ?? {}).filter(([label]) => label !== HASH_LABEL);
  return { ...rest, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
}

/**
 * The field manager that writes the template: the Kubernetes provider's, whose next `up` then owns it. With a name of
 * our own, a field that only the earlier template has would stay for ever.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
export function managerOf({ metadata }: Deployment): string {
  const owner = metadata?.managedFields?.find(
    ({ manager = "", fieldsV1, subresource }) =>
      manager.startsWith("pulumi-kubernetes") &&
      subresource === undefined &&
      "f:spec" in ((fieldsV1 ?? {}) as object),
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

/** Whether to look again: the template changed between the look and the write, or there was no answer. */
export function mayPass(error: unknown): boolean {
  const { status, message } = error instanceof ApiError ? error : { status: 0, message: "" };
  return isPassing(error) || status === 409 || (status === 422 && isTest(message));
}

/** The API server's words for a `test` of a JSON patch that did not hold. */
function isTest(message: string): boolean {
  return /testing value|test failed/i.test(message);
}

function whyOf(error: unknown): string {
  return error instanceof ApiError && error.status === 403
    ? `this identity may not patch deployments: ${error.message}; grant it patch on deployments`
    : messageOf(error);
}

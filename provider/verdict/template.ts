import { isDeepStrictEqual } from "node:util";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { titleOf } from "../../contract/workload-kind.ts";
import type { Failed, Finding } from "./finding.ts";
import { type Deployment, nameOf, type Observed, uidOf } from "./objects.ts";
import { isOfProvider } from "./managed-fields.ts";
import { contentOf, writesContent } from "./pod-template.ts";

/** The API server keeps and reports whole seconds. */
const TOLERANCE_MILLISECONDS = 2000;

/**
 * The pod template that a release was applied with, once its very generation was seen: a later one may differ. One that
 * only others' annotations tell apart, as after `kubectl rollout restart`, is the same release.
 */
export class AppliedTemplate {
  #content: object | undefined;

  private readonly release: ReadinessInputs;

  constructor(release: ReadinessInputs) {
    this.release = release;
  }

  /** Remembers the template if the Deployment is as the release has left it. */
  see(deployment: Deployment | undefined): void {
    const { generation } = this.release.deployment;
    if (isOf(this.release, deployment) && generationOf(deployment) === generation) {
      this.#content ??= deployment.spec && contentOf(deployment.spec.template);
    }
  }

  /** What a Deployment shows that has different pods by now. */
  otherOf(deployment: Deployment | undefined): Finding | undefined {
    const isOther =
      this.#content !== undefined &&
      isLater(this.release, deployment) &&
      !isDeepStrictEqual(deployment.spec && contentOf(deployment.spec.template), this.#content);
    return isOther ? superseded(this.release, deployment) : undefined;
  }
}

/**
 * The verdict on a Deployment that has a later generation when it is first looked at: an autoscaler may have changed its
 * replicas, or somebody its pods. The managed fields, which only a direct look shows, say who has written the template
 * since it was applied. What was written before the run is what the run has found, and took for the release's; a
 * restart with `kubectl rollout restart` is no different release at any time.
 *
 * @param runStartedAt by the cluster's clock, in milliseconds since 1970
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function supersededBy(
  release: ReadinessInputs,
  deployment: Deployment | undefined,
  runStartedAt: number,
): Failed | undefined {
  return isLater(release, deployment) && isRewritten(deployment, runStartedAt)
    ? { kind: "failed", ...superseded(release, deployment) }
    : undefined;
}

/** Whether somebody other than the Kubernetes provider was the last one to write the pod template, and in this run. */
function isRewritten({ metadata }: Deployment, runStartedAt: number): boolean {
  const writes = (metadata?.managedFields ?? [])
    .filter((entry) => entry.subresource === undefined && writesContent(entry))
    .map((entry) => ({ isOwn: isOfProvider(entry), at: Date.parse(entry.time ?? "") }));
  const applied = Math.max(...writes.filter(({ isOwn }) => isOwn).map(({ at }) => at));
  const since = Math.max(applied, runStartedAt - TOLERANCE_MILLISECONDS);
  return writes.some(({ isOwn, at }) => !isOwn && Number.isFinite(applied) && at >= since);
}

/** Whether one ReplicaSet replaced the other for annotations of others alone, as of `kubectl rollout restart`. */
export function isRestarted(
  former: string | undefined,
  present: string,
  { replicaSets }: Observed,
): boolean {
  const [one, other] = [former, present].map((name) => {
    const found = replicaSets.find((candidate) => nameOf(candidate) === name);
    return found?.spec?.template && contentOf(found.spec.template);
  });
  return one !== undefined && isDeepStrictEqual(one, other);
}

function isOf(
  { deployment: { uid } }: ReadinessInputs,
  deployment: Deployment | undefined,
): deployment is Deployment {
  return deployment !== undefined && uidOf(deployment) === uid;
}

function isLater(
  release: ReadinessInputs,
  deployment: Deployment | undefined,
): deployment is Deployment {
  // Argo Rollouts writes a Rollout anew in its own form; that its pods are others shows in their hash.
  return (
    release.deployment.kind !== "Rollout" &&
    isOf(release, deployment) &&
    generationOf(deployment) > release.deployment.generation
  );
}

function generationOf({ metadata }: Deployment): number {
  return metadata?.generation ?? 0;
}

function superseded({ deployment: applied }: ReadinessInputs, deployment: Deployment): Finding {
  return {
    reason: "superseded",
    object: titleOf(applied),
    message: `somebody has changed the pods since: generation ${generationOf(deployment)} has other pods than generation ${applied.generation}, which was applied`,
  };
}

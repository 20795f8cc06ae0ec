import { isDeepStrictEqual } from "node:util";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Failed, Finding } from "./finding.ts";
import { type Deployment, uidOf } from "./objects.ts";

/** The API server keeps and reports whole seconds. */
const TOLERANCE_MILLISECONDS = 2000;

/** The pod template that a release was applied with, once its very generation was seen: a later one may differ. */
export class AppliedTemplate {
  #template: unknown;

  private readonly release: ReadinessInputs;

  constructor(release: ReadinessInputs) {
    this.release = release;
  }

  /** Remembers the template if the Deployment is as the release has left it. */
  see(deployment: Deployment | undefined): void {
    const { generation } = this.release.deployment;
    if (isOf(this.release, deployment) && generationOf(deployment) === generation) {
      this.#template ??= deployment.spec?.template;
    }
  }

  /** What a Deployment shows that has different pods by now. */
  otherOf(deployment: Deployment | undefined): Finding | undefined {
    const isOther =
      this.#template !== undefined &&
      isLater(this.release, deployment) &&
      !isDeepStrictEqual(deployment.spec?.template, this.#template);
    return isOther ? superseded(this.release, deployment) : undefined;
  }
}

/**
 * The verdict on a Deployment that has a later generation when it is first looked at: an autoscaler may have changed its
 * replicas, or somebody its pods. The managed fields, which only a direct look shows, say who has written the template
 * since it was applied. What was written before the run, such as by `kubectl rollout restart`, is what the run has
 * found, and took for the release's.
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
    .filter(({ subresource, fieldsV1 }) => subresource === undefined && hasTemplate(fieldsV1))
    .map(({ manager = "", time }) => ({
      isOwn: manager.startsWith("pulumi-kubernetes"),
      at: Date.parse(time ?? ""),
    }));
  const applied = Math.max(...writes.filter(({ isOwn }) => isOwn).map(({ at }) => at));
  const since = Math.max(applied, runStartedAt - TOLERANCE_MILLISECONDS);
  return writes.some(({ isOwn, at }) => !isOwn && Number.isFinite(applied) && at >= since);
}

function hasTemplate(fields: unknown): boolean {
  const { "f:spec": spec } = (fields ?? {}) as { readonly "f:spec"?: object };
  return spec !== undefined && "f:template" in spec;
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
  return isOf(release, deployment) && generationOf(deployment) > release.deployment.generation;
}

function generationOf({ metadata }: Deployment): number {
  return metadata?.generation ?? 0;
}

function superseded(
  { deployment: { name, generation } }: ReadinessInputs,
  deployment: Deployment,
): Finding {
  return {
    reason: "superseded",
    object: `deployment ${name}`,
    message: `somebody has changed the pods since: generation ${generationOf(deployment)} has other pods than generation ${generation}, which was applied`,
  };
}

import { isDeepStrictEqual } from "node:util";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Finding } from "./finding.ts";
import { type Deployment, uidOf } from "./objects.ts";

/** The API server keeps whole seconds, and tells its time in such. */
const TOLERANCE_MILLISECONDS = 2000;

/** The pod template that a release was applied with, once its very generation was seen: what comes later may be another. */
export class AppliedTemplate {
  #template: unknown;

  private readonly release: ReadinessInputs;

  constructor(release: ReadinessInputs) {
    this.release = release;
  }

  /** Remembers the template where the Deployment is as the release has left it. */
  see(deployment: Deployment | undefined): void {
    if (isOf(this.release, deployment) && generationOf(deployment) === this.#generation) {
      this.#template ??= deployment.spec?.template;
    }
  }

  /** What is to be said of a Deployment that has other pods by now. */
  otherOf(deployment: Deployment | undefined): Finding | undefined {
    const isOther =
      this.#template !== undefined &&
      isOf(this.release, deployment) &&
      generationOf(deployment) > this.#generation &&
      !isDeepStrictEqual(deployment.spec?.template, this.#template);
    return isOther ? superseded(this.release, deployment) : undefined;
  }

  get #generation(): number {
    return this.release.deployment.generation;
  }
}

/**
 * What is to be said of a Deployment that has a later generation when it is first looked at: an autoscaler may have
 * moved its replicas, or somebody has changed the pods. Who has written the template since it was applied is told by
 * field ownership, which only a direct look shows. What was written before the run, such as by `kubectl rollout
 * restart`, is what the run has found, and took for the release's.
 *
 * @param runStartedAt by the cluster's clock, in milliseconds since 1970
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function supersededBy(
  release: ReadinessInputs,
  deployment: Deployment | undefined,
  runStartedAt: number,
): ({ readonly kind: "failed" } & Finding) | undefined {
  if (
    !isOf(release, deployment) ||
    generationOf(deployment) <= release.deployment.generation ||
    !isRewritten(deployment, runStartedAt)
  ) {
    return undefined;
  }
  return { kind: "failed", ...superseded(release, deployment) };
}

/** Whether somebody else than the Kubernetes provider was the last one to write the pod template, and in this run. */
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

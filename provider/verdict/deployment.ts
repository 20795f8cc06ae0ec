import { isDeepStrictEqual } from "node:util";

import type { ReadinessInputs } from "../../contract/readiness.ts";
import { judgeGeneration, livingPods, lossOf } from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import {
  condition,
  type Deployment,
  type Observed,
  ownerOf,
  REVISION,
  type Pod,
  type ReplicaSet,
  uidOf,
} from "./objects.ts";
import { withoutHash } from "./pod-template.ts";
import { releasedContainers, runs } from "./released-container.ts";

/**
 * What the Deployment itself says of the rollout: the rules of `kubectl rollout status`, which do not wait for pods of
 * the old ReplicaSet that are only terminating. A live generation later than the release's (an autoscaler's, say) must
 * be observed as well before the counts mean anything.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
 */
export function judgeDeployment(release: ReadinessInputs, observed: Observed): Finding[] {
  const { name, uid, generation: applied } = release.deployment;
  const object = `deployment ${name}`;
  const { deployment } = observed;
  const lost = lossOf(object, uid, deployment);
  if (lost !== undefined || deployment === undefined) {
    return lost === undefined ? [] : [{ reason: "deployment-missing", object, message: lost }];
  }
  const { observedGeneration } = deployment.status ?? {};
  const behind = judgeGeneration(object, release.deployment, deployment, observedGeneration);
  if (behind !== undefined) {
    return [behind];
  }
  const generation = deployment.metadata?.generation ?? 0;
  if (generation > applied && !names(deployment, release)) {
    const message = `generation ${generation} is another release, ${applied} was applied; somebody has changed the pods since`;
    return [{ reason: "superseded", object, message }];
  }
  const counts = judgeCounts(object, deployment);
  if (deployment.spec?.paused === true && counts.length > 0) {
    const message = "the rollout is paused; resume it with kubectl rollout resume";
    return [{ reason: "paused", object, message }];
  }
  return [...counts, ...judgeDeadline(object, deployment)];
}

/** Whether the Deployment's template has the release's image. */
function names(deployment: Deployment, release: ReadinessInputs): boolean {
  const { containers = [] } = deployment.spec?.template.spec ?? {};
  return releasedContainers(release, containers).some((container) =>
    runs(container, release.image),
  );
}

/** Replicas that the Deployment is to have now. */
export function desiredReplicas(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

/** The ReplicaSet of the Deployment's present template. Older ones are never judged. */
export function newReplicaSet({ deployment, replicaSets }: Observed): ReplicaSet | undefined {
  const revision = deployment?.metadata?.annotations?.[REVISION];
  const last = replicaSets.find(
    ({ metadata }) => revision !== undefined && metadata?.annotations?.[REVISION] === revision,
  );
  return deployment && last && isOutgoing(last, deployment) ? undefined : last;
}

/**
 * The last revision stays that of the old pods for a moment if their number changes with the template, and until they are
 * gone if they go first. The controller knows its ReplicaSets by the same comparison.
 */
function isOutgoing({ spec }: ReplicaSet, deployment: Deployment): boolean {
  const { template } = deployment.spec ?? {};
  return (
    spec?.template !== undefined &&
    template !== undefined &&
    !isDeepStrictEqual(withoutHash(spec.template), withoutHash(template))
  );
}

/** The pods of a ReplicaSet that count: see `livingPods`. */
export function podsOf(replicaSet: ReplicaSet | undefined, pods: readonly Pod[]): readonly Pod[] {
  if (replicaSet === undefined) {
    return [];
  }
  const uid = uidOf(replicaSet);
  const sorted = SORTED.get(pods) ?? new Map<string, readonly Pod[]>();
  const living = sorted.get(uid) ?? livingPods(pods.filter((pod) => ownerOf(pod) === uid));
  SORTED.set(pods, sorted.set(uid, living));
  return living;
}

/** The pods that count of those observed, by their ReplicaSets: more than one rule asks for them at each moment. */
const SORTED = new WeakMap<readonly Pod[], Map<string, readonly Pod[]>>();

function judgeDeadline(object: string, deployment: Deployment): Finding[] {
  const progressing = condition(deployment, "Progressing");
  if (progressing?.status !== "False" || progressing.reason !== "ProgressDeadlineExceeded") {
    return [];
  }
  const message = progressing.message ?? "the deployment controller saw no progress in time";
  return [{ reason: "progress-deadline", object, message }];
}

function judgeCounts(object: string, deployment: Deployment): Finding[] {
  const desired = desiredReplicas(deployment);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  const old = replicas - updatedReplicas;
  if (updatedReplicas < desired || availableReplicas < updatedReplicas) {
    const message =
      updatedReplicas < desired
        ? `${updatedReplicas} of ${desired} pods are of the new release`
        : `${availableReplicas} of ${updatedReplicas} pods are available`;
    return [{ reason: "not-ready", object, message }];
  }
  const message = `${old} pods of the previous release still exist`;
  return old > 0 ? [{ reason: "old-pods", object, message }] : [];
}

import { digestOf } from "../../contract/image-reference.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { livingPods, lossOf } from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import {
  condition,
  type Deployment,
  type Observed,
  ownerOf,
  type Pod,
  type ReplicaSet,
  uidOf,
} from "./objects.ts";

/** Set by the Deployment controller on the Deployment and on the ReplicaSet of its present template. */
const REVISION = "deployment.kubernetes.io/revision";

/**
 * What the Deployment itself says of the rollout: the rules of `kubectl rollout status`, by which pods of
 * the old ReplicaSet that are only terminating are not waited for.
 *
 * The live generation is the one that counts: a later one than the release's (an autoscaler's, say) must be
 * observed as well before the counts mean anything.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
 */
export function judgeDeployment(release: ReadinessInputs, observed: Observed): Finding[] {
  const object = `deployment ${release.deployment.name}`;
  const deployment = observed.deployment;
  const missing = lossOf(object, release.deployment.uid, deployment);
  if (missing !== undefined || deployment === undefined) {
    return missing === undefined
      ? []
      : [{ reason: "deployment-missing", object, message: missing }];
  }
  const generation = deployment.metadata?.generation ?? 0;
  const observedGeneration = deployment.status?.observedGeneration ?? 0;
  const needed = Math.max(generation, release.deployment.generation);
  if (observedGeneration < needed) {
    const message = `generation ${needed} is not observed yet, the deployment controller is at ${observedGeneration}`;
    return [{ reason: "not-observed", object, message }];
  }
  if (generation > release.deployment.generation && !names(deployment, release.image)) {
    const message = `generation ${generation} is another release, ${release.deployment.generation} was applied; somebody has changed the pods since`;
    return [{ reason: "superseded", object, message }];
  }
  const counts = judgeCounts(object, deployment);
  if (deployment.spec?.paused === true && counts.length > 0) {
    const message = "the rollout is paused; go on with kubectl rollout resume";
    return [{ reason: "paused", object, message }];
  }
  return [...counts, ...judgeDeadline(object, deployment)];
}

/** Whether a container of the Deployment's template is of the image's digest. */
function names(deployment: Deployment, image: string): boolean {
  const { containers = [] } = deployment.spec?.template.spec ?? {};
  return containers.some((container) => digestOf(container.image ?? "") === digestOf(image));
}

/** Replicas that the Deployment is to have now. */
export function desiredReplicas(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

/** The ReplicaSet of the Deployment's present template. Older ones are never judged. */
export function newReplicaSet({ deployment, replicaSets }: Observed): ReplicaSet | undefined {
  const revision = deployment?.metadata?.annotations?.[REVISION];
  return replicaSets.find(
    ({ metadata }) => revision !== undefined && metadata?.annotations?.[REVISION] === revision,
  );
}

/** The pods of a ReplicaSet that count: see `livingPods`. */
export function podsOf(replicaSet: ReplicaSet, pods: readonly Pod[]): Pod[] {
  const uid = uidOf(replicaSet);
  return livingPods(pods.filter((pod) => ownerOf(pod) === uid));
}

function judgeDeadline(object: string, deployment: Deployment): Finding[] {
  const progressing = condition(deployment.status?.conditions, "Progressing");
  if (progressing?.status !== "False" || progressing.reason !== "ProgressDeadlineExceeded") {
    return [];
  }
  const message = progressing.message ?? "the deployment controller saw no progress in time";
  return [{ reason: "progress-deadline", object, message }];
}

function judgeCounts(object: string, deployment: Deployment): Finding[] {
  const desired = desiredReplicas(deployment);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  if (updatedReplicas < desired) {
    const message = `${updatedReplicas} of ${desired} pods are of the new release`;
    return [{ reason: "not-ready", object, message }];
  }
  if (availableReplicas < updatedReplicas) {
    const message = `${availableReplicas} of ${updatedReplicas} pods are available`;
    return [{ reason: "not-ready", object, message }];
  }
  if (replicas > updatedReplicas) {
    const message = `${replicas - updatedReplicas} pods of the release before are still there`;
    return [{ reason: "old-pods", object, message }];
  }
  return [];
}

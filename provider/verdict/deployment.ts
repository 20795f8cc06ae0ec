import type { ReadinessInputs } from "../../contract/readiness.ts";
import { titleOf } from "../../contract/workload-kind.ts";
import { observedGenerationOf } from "./argo-rollout.ts";
import { judgeRolloutRelease } from "./argo-rollout-release.ts";
import { judgeGeneration, lossOf } from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import { condition, type Deployment, type Observed } from "./objects.ts";
import { judgeDaemonSetRelease, judgeStatefulSetRelease } from "./pod-set-release.ts";
import { releasedContainers, runs } from "./released-container.ts";

/**
 * What the Deployment, or what is in its place, says of the rollout itself: the rules of `kubectl rollout status`, which do not wait for pods of
 * the old ReplicaSet that are only terminating. A live generation later than the release's (an autoscaler's, say) must
 * be observed as well before the counts mean anything.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
 */
export function judgeDeployment(release: ReadinessInputs, observed: Observed): Finding[] {
  const { uid, generation: applied } = release.deployment;
  const object = titleOf(release.deployment);
  const { deployment, statefulSet, daemonSet, rollout } = observed;
  const lost = lossOf(object, uid, deployment);
  if (lost !== undefined || deployment === undefined) {
    return lost === undefined ? [] : [{ reason: "deployment-missing", object, message: lost }];
  }
  const { observedGeneration } = rollout
    ? { observedGeneration: observedGenerationOf(rollout) }
    : (deployment.status ?? {});
  const behind = judgeGeneration(object, release.deployment, deployment, observedGeneration);
  if (behind !== undefined) {
    const message = rollout && `${behind.message}; does the controller of Argo Rollouts run?`;
    return [{ ...behind, ...(message !== undefined && { message }) }];
  }
  const generation = deployment.metadata?.generation ?? 0;
  if (generation > applied && !names(deployment, release)) {
    const message = `generation ${generation} is another release, ${applied} was applied; somebody has changed the pods since`;
    return [{ reason: "superseded", object, message }];
  }
  if (statefulSet !== undefined) {
    return judgeStatefulSetRelease(release, observed, statefulSet);
  }
  if (daemonSet !== undefined) {
    return judgeDaemonSetRelease(release, observed, daemonSet);
  }
  if (rollout !== undefined) {
    return judgeRolloutRelease(release, observed, rollout);
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

function judgeDeadline(object: string, deployment: Deployment): Finding[] {
  const progressing = condition(deployment, "Progressing");
  if (progressing?.status !== "False" || progressing.reason !== "ProgressDeadlineExceeded") {
    return [];
  }
  const message = progressing.message ?? "the deployment controller saw no progress in time";
  return [{ reason: "progress-deadline", object, message }];
}

function judgeCounts(object: string, deployment: Deployment): Finding[] {
  const desired = deployment.spec?.replicas ?? 1;
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

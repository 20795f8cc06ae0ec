import type { ReadinessInputs } from "../../contract/readiness.ts";
import { titleOf } from "../../contract/workload-kind.ts";
import { failureOf, isOver, measurementsOf, progressOf } from "./analysis.ts";
import { runsOf, stepOf } from "./analysis-runs.ts";
import type { ArgoRollout } from "./argo-rollout.ts";
import type { Finding } from "./finding.ts";
import { condition, type Observed } from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** Why a Rollout waits for a person, by the controller's word. */
const INCONCLUSIVE = "InconclusiveAnalysisRun";

/**
 * What a Rollout says of a release: whether its measurements were good, and how many pods are of it. It has no condition
 * that says all of it: a Rollout that was taken back is `Degraded`, and so is one whose pods do not start.
 */
export function judgeRolloutRelease(
  release: ReadinessInputs,
  observed: Observed,
  rollout: ArgoRollout,
): Finding[] {
  const object = titleOf(release.deployment);
  const finding = (reason: Reason, message: string, notes?: readonly string[]): Finding[] => [
    { reason, object, message, ...(notes && { notes }) },
  ];
  const { status = {}, spec } = rollout;
  const invalid = condition(rollout, "InvalidSpec");
  if (invalid?.status === "True") {
    return finding("stalled", invalid.message ?? "the controller takes the spec for invalid");
  }
  const runs = runsOf(observed);
  const failure = runs
    .filter(isOver)
    .map(failureOf)
    .findLast((each) => each !== undefined);
  const paused = status.pauseConditions?.find(({ reason }) => reason === INCONCLUSIVE);
  if (failure !== undefined && (status.abort === true || paused !== undefined || isFull(rollout))) {
    const { reason, message, notes } = failure;
    return finding(reason, `${whereOf(rollout, runs)}${message}${backSince(rollout)}`, notes);
  }
  if (status.abort === true) {
    const why = `somebody has aborted it${backSince(rollout)}; kubectl argo rollouts retry goes on`;
    return finding("not-measured", why);
  }
  if (spec?.paused === true && !isFull(rollout)) {
    return finding("paused", "the rollout is paused; resume it with kubectl argo rollouts promote");
  }
  const [exceeded] = [condition(rollout, "Progressing")].filter(
    (each) => each?.status === "False" && each.reason === "ProgressDeadlineExceeded",
  );
  return [
    ...judgeCounts(rollout, object, whereOf(rollout, runs)),
    ...judgeRuns(runs, object),
    ...(exceeded === undefined
      ? []
      : finding("progress-deadline", exceeded.message ?? "the controller saw no progress in time")),
  ];
}

/** How far a Rollout is beside its pods: grows with every step, and with every measurement. */
export function rolloutProgress(observed: Observed): number {
  const { currentStepIndex = 0 } = observed.rollout?.status ?? {};
  const runs = runsOf(observed);
  // A first release may have waited for Prometheus until its run began.
  return currentStepIndex + runs.length + measurementsOf(runs);
}

function judgeCounts({ spec, status = {} }: ArgoRollout, object: string, where: string): Finding[] {
  const desired = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < desired || availableReplicas < desired) {
    const message =
      updatedReplicas < desired
        ? `${where}${updatedReplicas} of ${desired} pods are of the new release`
        : `${availableReplicas} of ${desired} pods are available`;
    return [{ reason: "not-ready", object, message }];
  }
  if (status.stableRS !== status.currentPodHash) {
    const message = `${where}${status.message ?? "the new pods are not proved yet"}`;
    return [{ reason: "not-ready", object, message }];
  }
  const old = replicas - updatedReplicas;
  const { blueGreen, canary } = spec?.strategy ?? {};
  // Those that all traffic has left stay for a moment.
  const mayStay = blueGreen !== undefined || canary?.trafficRouting !== undefined;
  return old > 0 && !mayStay
    ? [{ reason: "old-pods", object, message: `${old} pods of the previous release still exist` }]
    : [];
}

/** What is measured of pods that are all of the release: a first one has nothing to be compared with. */
function judgeRuns(runs: ReturnType<typeof runsOf>, object: string): Finding[] {
  const running = runs.find((run) => !isOver(run));
  return running === undefined
    ? []
    : [{ reason: "not-ready", object, message: `measures: ${progressOf(running)}` }];
}

function isFull({ status }: ArgoRollout): boolean {
  return status?.stableRS !== undefined && status.stableRS === status.currentPodHash;
}

function whereOf(rollout: ArgoRollout, runs: ReturnType<typeof runsOf>): string {
  const steps = rollout.spec?.strategy?.canary?.steps;
  const index = runs.findLast((run) => stepOf(run) !== undefined);
  const at =
    rollout.status?.abort === true ? index && stepOf(index) : rollout.status?.currentStepIndex;
  if (steps === undefined || at === undefined || at >= steps.length) {
    return "";
  }
  const weight = steps.slice(0, at + 1).findLast(({ setWeight }) => setWeight !== undefined);
  const measured = runs.find((run) => !isOver(run));
  const progress = measured === undefined ? "" : `${progressOf(measured)}; `;
  return `at ${weight?.setWeight ?? 100} %: ${progress}`;
}

function backSince({ status }: ArgoRollout): string {
  const { abortedAt } = status ?? {};
  return abortedAt === undefined
    ? ""
    : `; traffic is back on the release before since ${abortedAt}`;
}

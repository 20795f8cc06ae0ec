import type { ReadinessInputs } from "../../contract/readiness.ts";
import { revisionNounOf, titleOf } from "../../contract/workload-kind.ts";
import { rolloutProgress } from "./argo-rollout-release.ts";
import { judgeConfig } from "./config.ts";
import { judgeDeployment } from "./deployment.ts";
import type { Doubt, Finding, ProvedPod } from "./finding.ts";
import { judgeRoutes } from "./http-route.ts";
import { judgeIngresses } from "./ingress.ts";
import { judgeLosses, lossesOf } from "./losses.ts";
import type { Loss } from "./lost-pod.ts";
import { type Event, nameOf, type Observed, type Pod, type ReplicaSet, uidOf } from "./objects.ts";
import { isStopping, judgedPods, partitionNotes } from "./pod-set-release.ts";
import { doubtsOf, isReady, judgePod, proofOf } from "./pod.ts";
import { probeWarnings } from "./probe-warning.ts";
import { REASONS } from "./reasons.ts";
import { judgeReplicaSet } from "./replica-set.ts";
import { desiredPods, newReplicaSet, podsOf } from "./revision.ts";
import { awaitsNode } from "./scheduling.ts";
import { judgeService } from "./service.ts";
import { judgeRelapse, type Settlement, UNKNOWN_SETTLEMENT } from "./settling.ts";
import { pullingSince, stagesOf } from "./stages.ts";
import type { Surroundings } from "./judged-container.ts";

/** What the objects show of a release, before time is taken into account. */
export interface Assessment {
  /** What stands between the release and `ready`, in the order of the chain; none means ready. */
  readonly findings: readonly Finding[];
  /** What may yet fail of pods that are ready. */
  readonly doubts: readonly Doubt[];
  /** What is to be said of pods that are ready, a line each. */
  readonly remarks: readonly string[];
  /** The ReplicaSet of the release, once it exists. */
  readonly replicaSet: string | undefined;
  /** The pods that are ready and proved to run the released image. */
  readonly proved: readonly ProvedPod[];
  /** The progress in one line. */
  readonly text: string;
  /** The progress in one line, with what is known of its times. */
  readonly stages: string;
  /** How far the rollout is: grows with every step. */
  readonly progress: number;
  /** Whether it is on its way though nothing shows a step: a node comes, or pods settle. */
  readonly isOnItsWay: boolean;
}

/**
 * Puts the rules together: Deployment, ReplicaSet, pods, Service, Ingresses and routes. What is in a Deployment's place has the same.
 *
 * @param losses the release's pods that were lost
 * @param settlement how long its pods have been ready
 */
export function assess(
  release: ReadinessInputs,
  observed: Observed,
  losses: readonly Loss[] = lossesOf(observed),
  settlement: Settlement = UNKNOWN_SETTLEMENT,
): Assessment {
  const { warnings, placements = [], absent = [], clusterTime, elsewhere } = observed;
  const events = [...warnings, ...placements];
  const found = judgeDeployment(release, observed);
  const settled = found.every(({ reason }) => REASONS[reason].settled);
  const replicaSet = settled ? newReplicaSet(observed) : undefined;
  const pods = judgedPods(observed, podsOf(replicaSet, observed.pods));
  const ready = pods.filter(isReady);
  const proofs = ready.map((pod) => proofOf(pod, release, replicaSet?.spec?.template));
  const desired = desiredPods(observed);
  const findings = [
    ...(settled ? [] : found),
    ...(replicaSet ? judgeReplicaSet(replicaSet, observed) : []),
    ...pods.flatMap((pod) =>
      judgeCourse(release, pod, events, settlement, { clusterTime, elsewhere }),
    ),
    ...pods.flatMap((pod) => judgeConfig(pod, absent)),
    ...(replicaSet === undefined
      ? []
      : judgeLosses(release, losses, {
          desired,
          living: pods.length,
          ready: ready.length,
          settlement,
        })),
    ...proofs.filter((proof) => "reason" in proof),
    ...(settled ? [...found, ...judgePresence(release, replicaSet, ready.length, observed)] : []),
    ...judgeService(release, observed, ready),
    ...judgeIngresses(release, observed),
    ...judgeRoutes(release, observed),
    ...judgeSettlement(release, settlement),
  ];
  const text = stagesOf(pods, desired, settlingWords(settlement) ?? findings[0]?.message);
  return {
    findings,
    doubts: ready.flatMap((pod) => doubtsOf(release, pod, warnings, { clusterTime })),
    remarks: [
      ...partitionNotes(observed),
      ...settlement.crashes,
      ...probeWarnings(ready, warnings),
    ],
    replicaSet: replicaSet && nameOf(replicaSet),
    proved: proofs.filter((proof) => "imageID" in proof),
    text,
    stages: text + pullingSince(pods),
    progress: progressOf(pods) + rolloutProgress(observed) + (settled ? 1 : 0),
    isOnItsWay:
      settlement.settling > 0 ||
      pods.some((pod) => awaitsNode(pod, events)) ||
      observed.pods.some((pod) => isStopping(pod, observed)),
  };
}

/** What stands between a pod and ready; no restart is tolerated of one that was ready, unless the settings say so. */
function judgeCourse(
  release: ReadinessInputs,
  pod: Pod,
  events: readonly Event[],
  { relapses }: Settlement,
  surroundings: Surroundings,
): Finding[] {
  const relapse = relapses.get(uidOf(pod));
  if (relapse === undefined) {
    return judgePod(release, pod, events, surroundings);
  }
  const patience = { ...release, tolerate: { restarts: 0, ...release.tolerate } };
  const found = judgePod(patience, pod, events, { ...surroundings, isWarm: true });
  return judgeRelapse(relapse, pod, found);
}

/** Pods that have not been ready for long enough, whatever the Deployment counts. */
function judgeSettlement({ deployment }: ReadinessInputs, settlement: Settlement): Finding[] {
  const message = settlingWords(settlement);
  return message === undefined
    ? []
    : [{ reason: "not-ready", object: titleOf(deployment), message }];
}

function settlingWords({ settling, seconds }: Settlement): string | undefined {
  return settling === 0 ? undefined : `${settling} settling for ${seconds} s`;
}

/** Deployment and pods come by different watches: the pods themselves must be seen, not only counted. */
function judgePresence(
  { deployment }: ReadinessInputs,
  replicaSet: ReplicaSet | undefined,
  ready: number,
  observed: Observed,
): Finding[] {
  // How many nodes may be away without a pod is for the DaemonSet to say.
  const desired = observed.daemonSet === undefined ? desiredPods(observed) : 0;
  const message =
    replicaSet === undefined
      ? `the release has no ${revisionNounOf(deployment)} yet`
      : `${ready} of ${desired} pods are ready`;
  return replicaSet === undefined || ready < desired
    ? [{ reason: "not-ready", object: titleOf(deployment), message }]
    : [];
}

/** Pods that are scheduled, containers that exist, pods that are ready: each counts one. */
function progressOf(pods: readonly Pod[]): number {
  const steps = pods.flatMap(({ status }) => [
    ...(status?.conditions ?? []).map(({ status: met }) => met === "True"),
    ...(status?.containerStatuses ?? []).map(({ imageID }) => imageID !== ""),
    // Those that have ended, or run: a migration or a sidecar takes its time.
    ...(status?.initContainerStatuses ?? []).map(({ ready, started }) => ready || started === true),
  ]);
  return steps.filter(Boolean).length;
}

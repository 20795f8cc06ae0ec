import type { ReadinessInputs } from "../../contract/readiness.ts";
import { judgeConfig } from "./config.ts";
import { desiredReplicas, judgeDeployment, newReplicaSet, podsOf } from "./deployment.ts";
import type { Finding, ProvedPod } from "./finding.ts";
import { judgeIngress } from "./ingress.ts";
import { judgeLosses, lossesOf } from "./losses.ts";
import type { Loss } from "./lost-pod.ts";
import { nameOf, type Observed, type Pod } from "./objects.ts";
import { isReady, judgePod, proofOf } from "./pod.ts";
import { REASONS } from "./reasons.ts";
import { judgeReplicaSet } from "./replica-set.ts";
import { awaitsNode } from "./scheduling.ts";
import { judgeService } from "./service.ts";
import { stagesOf } from "./stages.ts";

/** What the objects say of a release, before time is taken into account. */
export interface Assessment {
  /** What stands between the release and `ready`, in the order of the chain; none means ready. */
  readonly findings: readonly Finding[];
  /** The ReplicaSet of the release, once there is one. */
  readonly replicaSet: string | undefined;
  /** The pods that are ready and proved to run the released image. */
  readonly proved: readonly ProvedPod[];
  /** One line for who watches. */
  readonly text: string;
  /** How far the rollout is: grows with every step, whatever the step. */
  readonly progress: number;
  /** Whether a pod has no node yet, and one is on its way. */
  readonly awaitsNode: boolean;
}

/**
 * Puts the rules together: Deployment, ReplicaSet, pods, Service, Ingress.
 *
 * @param losses the release's pods that were lost
 */
export function assess(
  release: ReadinessInputs,
  observed: Observed,
  losses: readonly Loss[] = lossesOf(observed),
): Assessment {
  const { deployment, warnings, placements = [], absent = [] } = observed;
  const events = [...warnings, ...placements];
  const found = judgeDeployment(release, observed);
  const settled = found.every(({ reason }) => REASONS[reason].settled);
  const replicaSet = settled ? newReplicaSet(observed) : undefined;
  const pods = replicaSet === undefined ? [] : podsOf(replicaSet, observed.pods);
  const ready = pods.filter(isReady);
  const proofs = ready.map((pod) => proofOf(pod, release.image));
  const refused = replicaSet && judgeReplicaSet(replicaSet, observed);
  const desired = deployment === undefined ? 0 : desiredReplicas(deployment);
  const findings = [
    ...(settled ? [] : found),
    ...(refused === undefined ? [] : [refused]),
    ...pods.flatMap((pod) => judgePod(release, pod, events)),
    ...pods.flatMap((pod) => judgeConfig(pod, absent)),
    ...(replicaSet === undefined
      ? []
      : judgeLosses(release, losses, { desired, living: pods.length, ready: ready.length })),
    ...proofs.filter((proof) => "reason" in proof),
    ...(settled ? found : []),
    ...judgePresence(release, settled, replicaSet !== undefined, ready.length, desired),
    ...judgeService(release, observed, ready),
    ...judgeIngress(release, observed),
  ];
  return {
    findings,
    replicaSet: replicaSet && nameOf(replicaSet),
    proved: proofs.filter((proof) => "imageID" in proof),
    text: stagesOf(pods, desired, findings[0]?.message),
    progress: progressOf(pods) + (settled ? 1 : 0),
    awaitsNode: pods.some((pod) => awaitsNode(pod, events)),
  };
}

/** Deployment and pods come by different watches: the pods themselves must be seen, not only counted. */
function judgePresence(
  { deployment }: ReadinessInputs,
  settled: boolean,
  replicaSet: boolean,
  ready: number,
  desired: number,
): Finding[] {
  const object = `deployment ${deployment.name}`;
  if (!settled) {
    return [];
  }
  if (!replicaSet) {
    return [{ reason: "not-ready", object, message: "there is no replica set of the release yet" }];
  }
  return ready < desired
    ? [{ reason: "not-ready", object, message: `${ready} of ${desired} pods are ready` }]
    : [];
}

/** Pods that are scheduled, containers that are there, pods that are ready: each counts one. */
function progressOf(pods: readonly Pod[]): number {
  const steps = pods.flatMap(({ status }) => [
    ...(status?.conditions ?? []).map(({ status: met }) => met === "True"),
    ...(status?.containerStatuses ?? []).map(({ imageID }) => imageID !== ""),
  ]);
  return steps.filter(Boolean).length;
}

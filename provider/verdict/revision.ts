import { isDeepStrictEqual } from "node:util";

import { currentReplicaSet, observedGenerationOf } from "./argo-rollout.ts";
import { livingPods } from "./awaited-object.ts";
import {
  type ControllerRevision,
  type Deployment,
  nameOf,
  type Observed,
  ownerOf,
  type Pod,
  type ReplicaSet,
  REVISION,
  type StatefulSet,
  uidOf,
} from "./objects.ts";
import { type PodTemplate, withoutHash } from "./pod-template.ts";

/** Set on each pod by the controllers that keep their templates as ControllerRevisions. */
export const REVISION_HASH = "controller-revision-hash";

/** How many pods of the new revision a release needs; those that a partition holds back are of an earlier one. */
export function desiredPods({ deployment, statefulSet, daemonSet }: Observed): number {
  if (daemonSet !== undefined) {
    return daemonSet.status?.desiredNumberScheduled ?? 0;
  }
  const replicas = deployment === undefined ? 0 : (deployment.spec?.replicas ?? 1);
  return Math.max(replicas - partitionOf(statefulSet), 0);
}

/** The ordinal from which pods are updated. */
export function partitionOf(set: StatefulSet | undefined): number {
  return set?.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
}

/**
 * The revision of the present template: a Deployment's ReplicaSet, or another controller's ControllerRevision. Older ones
 * are never judged.
 */
export function newReplicaSet(observed: Observed): ReplicaSet | undefined {
  const { deployment, replicaSets, statefulSet, daemonSet, rollout } = observed;
  if (rollout !== undefined) {
    const isSeen = observedGenerationOf(rollout) >= (rollout.metadata?.generation ?? 0);
    return isSeen ? currentReplicaSet(rollout, replicaSets) : undefined;
  }
  const present = statefulSet ?? daemonSet;
  if (present !== undefined) {
    const { observedGeneration = 0 } = present.status ?? {};
    const isBehind = observedGeneration < (present.metadata?.generation ?? 0);
    return isBehind ? undefined : lastRevision(observed);
  }
  const revision = deployment?.metadata?.annotations?.[REVISION];
  const last = replicaSets.find(
    ({ metadata }) => revision !== undefined && metadata?.annotations?.[REVISION] === revision,
  );
  return deployment && last && isOutgoing(last, deployment) ? undefined : last;
}

/** A StatefulSet names its revision; a DaemonSet's is the last one of its template. */
function lastRevision({ deployment, replicaSets, statefulSet }: Observed): ReplicaSet | undefined {
  if (statefulSet !== undefined) {
    const name = statefulSet.status?.updateRevision;
    return replicaSets.find((candidate) => nameOf(candidate) === name);
  }
  const numberOf = ({ metadata }: ReplicaSet) => Number(metadata?.annotations?.[REVISION] ?? 0);
  return replicaSets
    .filter((candidate) => deployment && !isOutgoing(candidate, deployment))
    .sort((one, other) => numberOf(other) - numberOf(one))[0];
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

/** A ControllerRevision in the form of a ReplicaSet: what both have is a pod template, and the pods that are made by it. */
export function revisionOf(
  { revision, data, metadata }: ControllerRevision,
  kind: "StatefulSet" | "DaemonSet",
): ReplicaSet {
  const kept = Object.entries((data as Data | undefined)?.spec?.template ?? {});
  const template: PodTemplate = Object.fromEntries(kept.filter(([key]) => key !== "$patch"));
  const hash = kind === "StatefulSet" ? metadata?.name : metadata?.labels?.[REVISION_HASH];
  return {
    metadata: {
      ...metadata,
      labels: { [REVISION_HASH]: hash ?? "" },
      annotations: { [REVISION]: String(revision) },
    },
    spec: { selector: {}, template },
  };
}

/** What a ControllerRevision keeps: a patch that restores the template. */
interface Data {
  readonly spec?: { readonly template?: PodTemplate };
}

/** Whether a revision's pods include this one. */
export function isPodOf(revision: ReplicaSet, pod: Pod): boolean {
  const hash = revision.metadata?.labels?.[REVISION_HASH];
  return hash === undefined
    ? ownerOf(pod) === uidOf(revision)
    : ownerOf(pod) === ownerOf(revision) && pod.metadata?.labels?.[REVISION_HASH] === hash;
}

/** The pods of a revision that count: see `livingPods`. */
export function podsOf(revision: ReplicaSet | undefined, pods: readonly Pod[]): readonly Pod[] {
  if (revision === undefined) {
    return [];
  }
  const uid = uidOf(revision);
  const sorted = SORTED.get(pods) ?? new Map<string, readonly Pod[]>();
  const living = sorted.get(uid) ?? livingPods(pods.filter((pod) => isPodOf(revision, pod)));
  SORTED.set(pods, sorted.set(uid, living));
  return living;
}

/** The pods that count of those observed, by their revisions: more than one rule asks for them at each moment. */
const SORTED = new WeakMap<readonly Pod[], Map<string, readonly Pod[]>>();

import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { nounOf, titleOf as titleOfKind } from "../../contract/workload-kind.ts";
import { type ObservedObject, titleOf } from "./awaited-object.ts";
import type { Target } from "./command.ts";
import { newReplicaSet, podsOf } from "./revision.ts";
import type { Finding } from "./finding.ts";
import { type Event, nameOf, type Observed, type Pod, uidOf } from "./objects.ts";
import { isReady, isToEnd, statusesOf } from "./pod.ts";

/** What of all that is observed shows why something is not ready. */
export interface Trail {
  /** Pods that are not ready: the one that the finding is about, then those with the most failures. */
  readonly suspects: readonly Pod[];
  /** Uids of the objects, other than the pods, whose events belong to it. */
  readonly concerned: readonly string[];
  readonly warnings: readonly Event[];
  /** What the next command is about. */
  readonly target: Target;
}

/** The trail of a finding of a release. */
export function trailOfRelease(
  { namespace, deployment: awaited }: ReadinessInputs,
  observed: Observed,
  finding: Finding,
): Trail {
  const { deployment, pods, warnings } = observed;
  const replicaSet = newReplicaSet(observed);
  const suspects = suspectsOf(podsOf(replicaSet, pods), finding);
  return {
    suspects,
    concerned: [deployment, replicaSet].flatMap((object) => (object ? [uidOf(object)] : [])),
    warnings,
    // A Deployment only counts; its pods show why.
    target: {
      ...{ namespace, title: titleOfKind(awaited), list: `${nounOf(awaited)}s` },
      ...{ culprit: suspects[0], pods },
    },
  };
}

/** The trail of a finding of an object of another kind. */
export function trailOfObject(
  awaited: ObjectReadinessInputs,
  { pods, events }: ObservedObject,
  finding: Finding,
): Trail {
  const { namespace, kind, uid } = awaited;
  return {
    suspects: suspectsOf(pods, finding),
    concerned: [uid],
    warnings: events.filter(({ type }) => type === "Warning"),
    target: { namespace, title: titleOf(awaited), list: kind.toLowerCase(), pods },
  };
}

function suspectsOf(pods: readonly Pod[], { object }: Finding): Pod[] {
  const isMeant = (pod: Pod) => object === `pod ${nameOf(pod)}`;
  const isUndone = (pod: Pod) =>
    (isToEnd(pod) || !isReady(pod)) && pod.status?.phase !== "Succeeded";
  const rank = (pod: Pod) => (isMeant(pod) ? Infinity : failures(pod));
  return pods
    .filter((pod) => isUndone(pod) || (isToEnd(pod) && isMeant(pod)))
    .sort((one, other) => rank(other) - rank(one));
}

function failures(pod: Pod): number {
  return statusesOf(pod).reduce(
    (sum, { restartCount, state }) => sum + restartCount + (state?.terminated?.exitCode ? 1 : 0),
    0,
  );
}

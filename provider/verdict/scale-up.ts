import { eventsAbout } from "./event.ts";
import { type Event, type Pod, uidOf } from "./objects.ts";

/** What an autoscaler has to say about a pod that has no node. */
export interface ScaleUp {
  /** Whether a node is on its way for the pod. */
  readonly isComing: boolean;
  /** In the autoscaler's words. */
  readonly message: string;
}

/** Karpenter fails to place a pod under the scheduler's own word. */
const KARPENTER = "karpenter";

/** Words of the cluster autoscaler and of Karpenter about a pod without a node, and whether one is on its way then. */
const COMING: Readonly<Record<string, boolean>> = {
  TriggeredScaleUp: true,
  Nominated: true,
  NotTriggerScaleUp: false,
  FailedScheduling: false,
};

/**
 * What the autoscaler said last. A node that the scheduler has nominated is being made free for the pod.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-events-are-emitted-by-ca
 */
export function scaleUpFor(pod: Pod, events: readonly Event[]): ScaleUp | undefined {
  const [last] = eventsAbout(uidOf(pod), Object.keys(COMING), events).filter(isOfAutoscaler);
  if (last !== undefined) {
    const { reason = "", message = "" } = last;
    return { isComing: COMING[reason] === true, message: `${reason}: ${message.trim()}` };
  }
  const node = pod.status?.nominatedNodeName;
  return node ? { isComing: true, message: `node ${node} is being made free for it` } : undefined;
}

function isOfAutoscaler({ reason, source, reportingComponent }: Event): boolean {
  return (
    reason !== "FailedScheduling" || [source?.component, reportingComponent].includes(KARPENTER)
  );
}

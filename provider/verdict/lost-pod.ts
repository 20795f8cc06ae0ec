import { eventsAbout, eventsOf, timeOf } from "./event.ts";
import { condition, type Event, nameOf, type Pod, uidOf } from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** How a pod was lost that nobody deleted on purpose, and that its controller replaces. */
export interface Loss {
  readonly uid: string;
  readonly pod: string;
  readonly reason: Extract<Reason, "node-refused" | "evicted" | "disrupted">;
  /** In the words of the kubelet or the controller. */
  readonly message: string;
  /**
   * Whether the next pod has another chance: `never` where it would do the same again, `later` where the node may get
   * room, `again` where it was bad luck.
   */
  readonly chance: "never" | "later" | "again";
  /** When, ISO 8601, as far as it is known. */
  readonly at: string | undefined;
}

type Kind = Pick<Loss, "reason" | "chance">;

/** The kubelet's words for a node that is shut down, or is lost. */
const NODE_LEAVES: readonly (string | undefined)[] = [
  "NodeLost",
  "NodeShutdown",
  "Shutdown",
  "Terminated",
  "Preempting",
];

/** The kubelet's words for a pod that uses more of its node than its own limits allow. */
const OWN_LIMIT =
  /exceeds the (?:total )?limit|exceeded its local ephemeral storage limit|exceeded the total limit/i;

/** The kubelet's reasons for a pod that it may take a moment later. */
const NO_ROOM = /^(?:OutOf|UnexpectedAdmissionError|TopologyAffinityError)/;

/**
 * How a pod was lost; undefined for one that was not.
 *
 * @param events that may be about it
 * @see https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
 */
export function podLossOf(pod: Pod, events: readonly Event[]): Loss | undefined {
  const { phase, reason, message } = pod.status ?? {};
  const target = condition(pod, "DisruptionTarget");
  const isTarget = target?.status === "True";
  const isLeaving = pod.metadata?.deletionTimestamp !== undefined;
  const word = reason ?? (isTarget ? target.reason : undefined);
  if (word === undefined) {
    return evictionOf(pod, events) ?? (isLeaving ? undefined : endingOf(pod));
  }
  if (phase !== "Failed" && !isLeaving) {
    return undefined;
  }
  const text = (message ?? target?.message ?? "").trim();
  const kind = kindOf(pod, word, text, isTarget);
  const at = target?.lastTransitionTime ?? endOf(pod) ?? pod.metadata?.creationTimestamp;
  return kind && lossAs(pod, kind, text === "" ? word : `${word}: ${text}`, at);
}

/** The kubelet says it only by an event where the processes end by themselves, with exit code 0, when they are asked to. */
function evictionOf(pod: Pod, events: readonly Event[]): Loss | undefined {
  const [said] = eventsAbout(uidOf(pod), ["Evicted"], events);
  if (said === undefined) {
    return undefined;
  }
  const text = (said.message ?? "").trim();
  return lossAs(pod, evicted(text), `Evicted: ${text}`, timeOf(said));
}

/**
 * The kubelet restarts the containers of a controller's pod, unless it has given up the pod. It need not say why: of a pod
 * that has failed its probes often, it reports no more.
 */
function endingOf(pod: Pod): Loss | undefined {
  const { phase } = pod.status ?? {};
  const { restartPolicy = "Always" } = pod.spec ?? {};
  if ((phase !== "Succeeded" && phase !== "Failed") || restartPolicy !== "Always") {
    return undefined;
  }
  const at = endOf(pod) ?? pod.metadata?.creationTimestamp;
  const words = `the node has ended it, and does not say why (phase ${phase})`;
  const limit = storageLimitOf(pod);
  return limit === undefined
    ? lossAs(pod, { reason: "disrupted", chance: "again" }, words, at)
    : lossAs(pod, evicted(words), `${words}; who exceeds ${limit} is evicted`, at);
}

/** A limit of local storage that a pod may have exceeded. */
function storageLimitOf({ spec }: Pod): string | undefined {
  const ofContainers = (spec?.containers ?? []).map(
    ({ resources }) => resources?.limits?.["ephemeral-storage"],
  );
  const ofVolumes = (spec?.volumes ?? []).map(({ emptyDir }) => emptyDir?.sizeLimit);
  const limit = [...ofContainers, ...ofVolumes].find((each) => each !== undefined);
  return limit === undefined ? undefined : `its limit of ${limit} of local storage`;
}

function lossAs(pod: Pod, kind: Kind, message: string, at: string | undefined): Loss {
  // Its node says when, whose clock may be slow: the API server says before when it was not.
  const [since] = [at, pod.metadata?.creationTimestamp]
    .filter((time) => time !== undefined)
    .sort((one, other) => Date.parse(other) - Date.parse(one));
  return { uid: uidOf(pod), pod: nameOf(pod), ...kind, message, at: since };
}

function evicted(text: string): Kind {
  return { reason: "evicted", chance: OWN_LIMIT.test(text) ? "never" : "again" };
}

function kindOf(pod: Pod, word: string, text: string, isTarget: boolean): Kind | undefined {
  if (word === "Evicted") {
    return evicted(text);
  }
  if (isTarget || NODE_LEAVES.includes(word)) {
    return { reason: "disrupted", chance: "again" };
  }
  return pod.status?.phase === "Failed" && !hasRun(pod)
    ? { reason: "node-refused", chance: NO_ROOM.test(word) ? "later" : "again" }
    : undefined;
}

/** Whether a container of it has ever started. */
function hasRun({ status }: Pod): boolean {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.some(({ state, lastState }) =>
    [state?.running, state?.terminated?.startedAt, lastState?.terminated].some(Boolean),
  );
}

function endOf({ status }: Pod): string | undefined {
  const ends = (status?.containerStatuses ?? []).flatMap(
    ({ state }) => state?.terminated?.finishedAt ?? [],
  );
  return ends.sort().at(-1);
}

/** The clocks of who writes a pod's condition and the event about it. */
const SKEW_MILLISECONDS = 10_000;

/** What is said of the node of a pod that is not ready since the node does not answer. */
export function silenceOfNode(pod: Pod, warnings: readonly Event[]): string | undefined {
  const ready = condition(pod, "Ready");
  const since = Date.parse(ready?.lastTransitionTime ?? "");
  const said = eventsOf(uidOf(pod), warnings).find(
    (event) =>
      event.reason === "NodeNotReady" &&
      !(Date.parse(timeOf(event)) < since - SKEW_MILLISECONDS),
  );
  const node = pod.spec?.nodeName;
  return (
    said &&
    `${node === undefined ? "its node" : `node ${node}`}: ${said.message ?? "Node is not ready"}`
  );
}

import { isMissingConfig } from "./container.ts";
import { eventsAbout } from "./event.ts";
import type { Finding } from "./finding.ts";
import { podFinding } from "./pod-finding.ts";
import { claimsOf, condition, type Event, type Pod, uidOf } from "./objects.ts";
import { AT_DEADLINE, REASONS } from "./reasons.ts";
import { scaleUpFor } from "./scale-up.ts";
import type { Patience } from "./judged-container.ts";

/** A node that has not come by then will not: the cluster autoscaler itself gives it up. */
const NODE_SECONDS = 900;

/** What keeps a pod from its node, or its containers from their volumes. */
export function judgeScheduling(
  { tolerate = {} }: Patience,
  pod: Pod,
  events: readonly Event[],
): Finding | undefined {
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.status === "False") {
    const message = scheduled.message ?? "no node accepts the pod";
    return UNBOUND.test(message)
      ? podFinding(pod, "volume-unbound", withClaims(message, pod))
      : unschedulable(pod, message, events, tolerate.unschedulableSeconds);
  }
  const isWaiting = allStatuses(pod).every(({ state }) => state?.waiting !== undefined);
  // The kubelet makes the sandbox once it has mounted all volumes: what failed before that has passed, however long an image is pulled.
  const isMounted = condition(pod, "PodReadyToStartContainers")?.status === "True";
  return isWaiting && !isMounted ? unmounted(pod, events) : undefined;
}

/** What the scheduler says of claims without a volume: those of a class that binds at once, and those that it binds itself. */
const UNBOUND = /persistentvolumeclaim|didn't find available persistent volumes/i;

/** Reasons of events that say why a pod's volumes are not there. */
const UNMOUNTED = ["FailedMount", "FailedAttachVolume", "FailedMapVolume"];

/** The kubelet's own cache comes a moment after the pod, and it says the cause by itself once it knows it. */
const PASSING = /failed to sync|timed out waiting for the condition|context deadline exceeded$/;

/** No pod has the volume any more, and its storage lets it go from its former node: that takes some clouds minutes. */
const DETACHING = /^Multi-Attach error .* is already exclusively attached to one node/;

/** Why the node does not give a pod its volumes. */
function unmounted(pod: Pod, events: readonly Event[]): Finding | undefined {
  const failures = eventsAbout(uidOf(pod), UNMOUNTED, events);
  const missing = failures.find(({ message = "" }) => isMissingConfig(message));
  if (missing?.message !== undefined) {
    return podFinding(pod, "config-missing", missing.message.trim());
  }
  const latest = failures.find(({ message = "" }) => message !== "" && !PASSING.test(message));
  if (latest?.message === undefined) {
    return undefined;
  }
  const message = latest.message.trim();
  const more = DETACHING.test(message) ? { tolerance: AT_DEADLINE } : {};
  return podFinding(pod, "volume-not-mounted", withClaims(message, pod), more);
}

/** A message about volumes with the claims that it may be about, unless it names one. */
function withClaims(message: string, pod: Pod): string {
  const claims = claimsOf(pod);
  const isNamed = claims.length === 0 || claims.some((claim) => message.includes(`"${claim}"`));
  return isNamed
    ? message
    : `${message.replace(/\.$/, "")}; claims of the pod: ${claims.join(", ")}`;
}

/** Whether a pod has no node yet, and an autoscaler says that one is on its way. */
export function awaitsNode(pod: Pod, events: readonly Event[]): boolean {
  const scheduled = condition(pod, "PodScheduled");
  return scheduled?.status === "False" && scaleUpFor(pod, events)?.isComing === true;
}

function unschedulable(
  pod: Pod,
  message: string,
  events: readonly Event[],
  seconds = REASONS.unschedulable.weight,
): Finding {
  const scaleUp = scaleUpFor(pod, events);
  const said = scaleUp === undefined ? "" : `; ${scaleUp.message}`;
  const remedy = `tolerate.unschedulableSeconds (${seconds}) says how long a pod may wait for a node`;
  const tolerance = scaleUp?.isComing === true ? Math.max(seconds, NODE_SECONDS) : seconds;
  const text = `${message}${said}${heldPort(message, pod)}; ${remedy}`;
  return podFinding(pod, "unschedulable", text, { tolerance });
}

/** What the scheduler says of a node on which a port of its own is taken. */
const HELD_PORT = "didn't have free ports";

/** A pod that starts before the one that it replaces finds that one's port of the node taken, however long it waits. */
const WITHOUT_SURGE: Readonly<Record<string, string>> = {
  DaemonSet: "set maxSurge to 0 and maxUnavailable to 1 (everyNode)",
  ReplicaSet: "update without a surge, replacement: {surge: 0, unavailable: 1}",
};

function heldPort(message: string, { metadata }: Pod): string {
  const remedy = metadata?.ownerReferences
    ?.map(({ kind }) => WITHOUT_SURGE[kind])
    .find((each) => each !== undefined);
  return remedy !== undefined && message.includes(HELD_PORT)
    ? `; a pod on the node has the port (hostPort, or any port with hostNetwork): if it is the one to be replaced, ${remedy}`
    : "";
}

function allStatuses({ status }: Pod) {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

import { digestOf } from "../../contract/image-reference.ts";
import { judgeContainer } from "./container.ts";
import type { Doubt, Finding, ProvedPod } from "./finding.ts";
import { silenceOfNode } from "./lost-pod.ts";
import {
  condition,
  type Container,
  type ContainerStatus,
  type Event,
  isTrue,
  nameOf,
  type Pod,
} from "./objects.ts";
import { isGated, judgeGates } from "./readiness-gate.ts";
import type { PodTemplate } from "./pod-template.ts";
import { AT_DEADLINE } from "./reasons.ts";
import { type ReleasedImage, releasedContainers, runs } from "./released-container.ts";
import { judgeScheduling } from "./scheduling.ts";
import { doubtLiveness, judgeLiveness } from "./liveness.ts";
import type { Patience, JudgedContainer, Surroundings } from "./judged-container.ts";

/** Whether the kubelet finds the pod ready to serve. */
export function isReady(pod: Pod): boolean {
  return isTrue(pod, "Ready");
}

/**
 * What stands between a pod and ready: its node and volumes, then its containers in the order in which they start. Of a
 * ready pod, which containers the kubelet is about to restart.
 */
export function judgePod(
  patience: Patience,
  pod: Pod,
  warnings: readonly Event[],
  surroundings: Surroundings = {},
): Finding[] {
  const judged = judgedContainersOf(patience, pod, warnings, surroundings);
  if (isReady(pod)) {
    return surroundings.clusterTime === undefined
      ? []
      : judged.flatMap((judged) => judgeLiveness(judged) ?? []);
  }
  const scheduling = judgeScheduling(patience, pod, warnings);
  if (scheduling !== undefined) {
    return [scheduling];
  }
  const silence = silenceOfNode(pod, warnings);
  if (silence !== undefined) {
    return [
      {
        reason: "disrupted",
        object: `pod ${nameOf(pod)}`,
        message: silence,
        tolerance: AT_DEADLINE,
      },
    ];
  }
  return [...judged.flatMap((judged) => judgeContainer(judged) ?? []), ...judgeGates(pod)];
}

/** What of a ready pod may not last. */
export function doubtsOf(
  patience: Patience,
  pod: Pod,
  warnings: readonly Event[],
  surroundings: Surroundings,
): Doubt[] {
  const judged = judgedContainersOf(patience, pod, warnings, surroundings);
  return isReady(pod) ? judged.flatMap((judged) => doubtLiveness(judged) ?? []) : [];
}

/** The pod's containers with their statuses, in the order in which they start. */
export function judgedContainersOf(
  patience: Patience,
  pod: Pod,
  warnings: readonly Event[],
  surroundings: Surroundings = {},
): JudgedContainer[] {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const statuses = new Map(statusesOf(pod).map((status) => [status.name, status]));
  return [...initContainers, ...containers].flatMap((container) => {
    const status = statuses.get(container.name);
    const role = initContainers.includes(container) ? "init" : "main";
    return status === undefined
      ? []
      : [{ pod, container, status, role, warnings, patience, ...surroundings }];
  });
}

/**
 * What a ready pod proves about the release: its container is pinned to the released digest, those beside it to the digests of
 * their template, and they run. The runtime has
 * verified what it pulled by that digest. Its `imageID` may differ: of an image that a node has under two digests (an
 * index, and its manifest that another service runs) containerd reports the first of them.
 * Containers that no template has (a mesh's proxy, say) are nobody's proof and nobody's fault.
 */
export function proofOf(
  pod: Pod,
  release: ReleasedImage,
  template: PodTemplate = {},
): ProvedPod | Finding {
  const object = `pod ${nameOf(pod)}`;
  const { containers = [] } = pod.spec ?? {};
  const released = releasedContainers(release, containers);
  const wrong = wrongImage(release, { released, containers }) ?? swappedImage(pod, template);
  if (wrong !== undefined) {
    return { reason: "wrong-digest", object, message: wrong };
  }
  const imageIDs = released.map(
    ({ name }) => pod.status?.containerStatuses?.find((status) => status.name === name)?.imageID,
  );
  const [imageID] = imageIDs;
  return imageIDs.every(Boolean) && imageID !== undefined
    ? { name: nameOf(pod), imageID }
    : { reason: "not-ready", object, message: "the node has not yet reported the image's digest" };
}

function wrongImage(
  { image }: ReleasedImage,
  { released, containers }: Readonly<Record<"released" | "containers", readonly Container[]>>,
): string | undefined {
  if (released.length > 0 && released.every((container) => runs(container, image))) {
    return undefined;
  }
  const images = containers.map((container) => container.image ?? "").join(", ");
  const [named] = released;
  return named === undefined || !containers.some((container) => runs(container, image))
    ? `no container runs ${image}, but ${images}`
    : `container ${named.name} runs ${named.image ?? "no image"}, not ${image}`;
}

/** A container beside the released one that runs a different image than its template names by digest. */
function swappedImage({ spec }: Pod, { spec: template }: PodTemplate): string | undefined {
  const wanted = [...(template?.initContainers ?? []), ...(template?.containers ?? [])];
  const present = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  for (const { name, image = "" } of wanted) {
    const own = present.find((container) => container.name === name);
    if (own !== undefined && digestOf(image) !== undefined && !runs(own, image)) {
      return `container ${name} runs ${own.image ?? "no image"}, not ${image}`;
    }
  }
  return undefined;
}

/** Where a pod is on its way to ready, in one word or two. */
export function stageOf(pod: Pod): string {
  if (isReady(pod)) {
    return "ready";
  }
  if (isGated(pod)) {
    return "at its readiness gates";
  }
  if (!isTrue(pod, "PodScheduled")) {
    return "unscheduled";
  }
  const reasons = statusesOf(pod).map(({ state }) => state?.waiting?.reason);
  const trouble = reasons.find(isTrouble);
  if (trouble !== undefined) {
    return trouble;
  }
  if (condition(pod, "PodReadyToStartContainers")?.status === "False") {
    return "creating";
  }
  if (reasons.length === 0 || reasons.includes("ContainerCreating")) {
    return "pulling";
  }
  return isTrue(pod, "Initialized") ? "starting" : "initializing";
}

/** The statuses of all containers, in the order in which they start. */
export function statusesOf(pod: Pod): readonly ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** Whether a pod is to end: then one that runs is ready for nobody, and is not done. */
export function isToEnd({ spec }: Pod): boolean {
  return spec?.restartPolicy === "Never" || spec?.restartPolicy === "OnFailure";
}

/** The statuses of the containers that are not ready; an init container that succeeded is. Of a pod that is to end, those that have not. */
export function unreadyStatuses(pod: Pod): readonly ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const sidecars = sidecarsOf(pod);
  return [
    ...initContainerStatuses.filter(
      ({ name, ready, state }) =>
        !ready && (sidecars.includes(name) || state?.terminated?.exitCode !== 0),
    ),
    ...containerStatuses.filter(({ ready, state }) =>
      isToEnd(pod) ? state?.terminated?.exitCode !== 0 : !ready,
    ),
  ];
}

/** The containers that run beside the main ones for as long as these do. */
export function sidecarsOf({ spec }: Pod): string[] {
  return (spec?.initContainers ?? [])
    .filter(({ restartPolicy }) => restartPolicy === "Always")
    .map(({ name }) => name);
}

/** Waiting reasons that are steps on the way, not trouble. */
const STEPS: readonly (string | undefined)[] = [undefined, "ContainerCreating", "PodInitializing"];

/** Whether what a container waits for, by its reason, is more than a step on the way. */
export function isTrouble(waitingReason: string | undefined): boolean {
  return !STEPS.includes(waitingReason);
}

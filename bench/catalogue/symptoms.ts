import type {
  CoreV1Event,
  KubernetesObject,
  V1ContainerStatus,
  V1Deployment,
  V1Pod,
  V1ReplicaSet,
} from "@kubernetes/client-node";

/** An object as the API server's watch brought it. */
export type Sight =
  | { readonly kind: "Pod"; readonly object: V1Pod }
  | { readonly kind: "Event"; readonly object: CoreV1Event }
  | { readonly kind: "ReplicaSet"; readonly object: V1ReplicaSet }
  | { readonly kind: "Deployment" | "Rollout"; readonly object: V1Deployment }
  | { readonly kind: "AnalysisRun"; readonly object: AnalysisRun };

/** What Argo Rollouts has measured. */
interface AnalysisRun extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

/** What can be seen of a service in trouble: the first word of the kubelet or a controller about it. */
export const SYMPTOMS = {
  /** The Deployment, or what is in its place, is there. */
  applied: ({ kind }) => kind === "Deployment" || kind === "Rollout",
  /** The kubelet cannot have an image. */
  "image-refused": (sight) =>
    waiting(sight, /^(ErrImage|ImagePull|InvalidImageName|ImageInspect|RegistryUnavailable)/),
  /** The kubelet cannot make a container. */
  "container-refused": (sight) => waiting(sight, /^(CreateContainer|RunContainer)/),
  /** The kubelet cannot mount a volume. */
  "mount-failed": ({ kind, object }) => kind === "Event" && object.reason === "FailedMount",
  /** A container has ended. */
  ended: (sight) => statusesOf(sight).some((status) => endings(status) > 0),
  /** A container has ended for the second time. */
  "ended-twice": (sight) => statusesOf(sight).some((status) => endings(status) >= 2),
  /** The ReplicaSet controller may not make a pod. */
  "pod-refused": ({ kind, object }) =>
    kind === "ReplicaSet" && isTrue(object.status?.conditions, "ReplicaFailure"),
  /** The scheduler finds no node. */
  unscheduled: ({ kind, object }) =>
    kind === "Pod" &&
    (object.status?.conditions ?? []).some(
      ({ type, status, reason }) =>
        type === "PodScheduled" && status === "False" && reason === "Unschedulable",
    ),
  /** A container has started, and is not ready: the kubelet's events on its probes may come much later. */
  "started-unready": (sight) =>
    statusesOf(sight).some(({ state, started, ready }) => state?.running && started && !ready),
  /** A pod runs. */
  running: (sight) => statusesOf(sight).some(({ state }) => state?.running !== undefined),
  /** A pod is ready. */
  "pod-ready": ({ kind, object }) => kind === "Pod" && isTrue(object.status?.conditions, "Ready"),
  /** A pod is not ready any more: one that never was is so since before its containers. */
  "ready-no-more": ({ kind, object }) => kind === "Pod" && hasBeenReady(object),
  /** A pod is being deleted. */
  "pod-leaving": ({ kind, object }) =>
    kind === "Pod" && object.metadata?.deletionTimestamp !== undefined,
  /** A node has given a pod up, or not taken it. */
  "pod-lost": ({ kind, object }) => kind === "Pod" && object.status?.phase === "Failed",
  /** Argo Rollouts has ended measurements without success. */
  "measured-bad": ({ kind, object }) =>
    kind === "AnalysisRun" && /^(Failed|Error)$/.test(object.status?.phase ?? ""),
  /** The Deployment controller has given up. */
  "deadline-passed": ({ kind, object }) =>
    kind === "Deployment" &&
    (object.status?.conditions ?? []).some(({ reason }) => reason === "ProgressDeadlineExceeded"),
} as const satisfies Readonly<Record<string, (sight: Sight) => boolean>>;

/** The name of a symptom. */
export type Symptom = keyof typeof SYMPTOMS;

function statusesOf({ kind, object }: Sight): readonly V1ContainerStatus[] {
  if (kind !== "Pod") {
    return [];
  }
  const { status } = object;
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function waiting(sight: Sight, reason: RegExp): boolean {
  return statusesOf(sight).some(({ state }) => reason.test(state?.waiting?.reason ?? ""));
}

/** How often a container has ended: each restart followed an end, and one that is down ended once more. */
function endings({ restartCount, state }: V1ContainerStatus): number {
  const isDown = state?.terminated !== undefined || state?.waiting?.reason === "CrashLoopBackOff";
  return restartCount + (isDown ? 1 : 0);
}

function hasBeenReady({ status }: V1Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const lostAt = new Date(ready?.lastTransitionTime ?? NaN);
  const started = status?.containerStatuses?.map(({ state }) => state?.running?.startedAt ?? NaN);
  return ready?.status === "False" && (started ?? []).some((at) => new Date(at) < lostAt);
}

function isTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] = [],
  wanted: string,
): boolean {
  return conditions.some(({ type, status }) => type === wanted && status === "True");
}

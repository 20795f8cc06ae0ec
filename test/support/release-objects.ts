import type { ReadinessInputs } from "../../contract/readiness.ts";
import type {
  Deployment,
  EndpointSlice,
  Observed,
  Pod,
  ReplicaSet,
} from "../../provider/verdict/objects.ts";

/** A digest that is nothing but recognisable. */
export const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

export const IMAGE = `registry.example.com/shop@${digest("a")}`;

const TEMPLATE = { "app.kubernetes.io/name": "shop" };

/** Inputs of a release of two pods that is the second generation of its Deployment. */
export function release(overrides: Partial<ReadinessInputs> = {}): ReadinessInputs {
  const name = overrides.service ?? "shop";
  return {
    service: name,
    namespace: "shop-dev",
    deployment: { name, uid: `${name}-uid`, generation: 2 },
    image: IMAGE,
    serviceName: name,
    manifestHash: digest("b"),
    commit: "0123abc",
    dirty: false,
    deadlineSeconds: 120,
    // What is ready counts at once, except in the tests that are about that.
    settleSeconds: 0,
    ...overrides,
  };
}

/** What a cluster shows of `release()` when its rollout is complete. */
export function complete({ deployment: { name }, image }: ReadinessInputs = release()): Observed {
  const pods = [`${name}-new-1`, `${name}-new-2`].map((pod) =>
    readyPod(pod, `${name}-new-uid`, image),
  );
  return {
    deployment: deployment(name),
    replicaSets: [replicaSet(name, "old", "1", 0), replicaSet(name, "new", "2", 2)],
    pods,
    service: { metadata: { name, uid: `${name}-svc` }, spec: { selector: TEMPLATE } },
    endpointSlices: [endpointSlice(name, pods)],
    ingress: undefined,
    warnings: [],
  };
}

export function deployment(
  name: string,
  spec: Deployment["spec"] | object = {},
  status: Deployment["status"] = {},
): Deployment {
  return {
    metadata: {
      name,
      uid: `${name}-uid`,
      generation: 2,
      annotations: { "deployment.kubernetes.io/revision": "2" },
    },
    spec: { replicas: 2, selector: {}, template: {}, ...spec },
    status: {
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      ...status,
    },
  };
}

export function replicaSet(
  name: string,
  suffix: string,
  revision: string,
  replicas: number,
): ReplicaSet {
  return {
    metadata: {
      name: `${name}-${suffix}`,
      uid: `${name}-${suffix}-uid`,
      annotations: { "deployment.kubernetes.io/revision": revision },
      ownerReferences: [owner("Deployment", name, `${name}-uid`)],
    },
    spec: { replicas, selector: {} },
    status: { replicas },
  };
}

export function readyPod(name: string, replicaSetUid: string, image = IMAGE): Pod {
  const conditions = [
    "PodScheduled",
    "PodReadyToStartContainers",
    "Initialized",
    "ContainersReady",
    "Ready",
  ];
  return {
    ...podOf(name, replicaSetUid, image),
    status: {
      phase: "Running",
      conditions: conditions.map((type) => ({ type, status: "True" })),
      containerStatuses: [
        {
          name: "shop",
          ready: true,
          restartCount: 0,
          image,
          imageID: image,
          state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
        },
      ],
    },
  };
}

/** A pod whose one container is in a state of its own. */
export function unreadyPod(
  name: string,
  replicaSetUid: string,
  container: object = {},
  conditions: readonly { type: string; status: string; reason?: string; message?: string }[] = [],
): Pod {
  const base = [
    { type: "PodScheduled", status: "True" },
    { type: "PodReadyToStartContainers", status: "True" },
    { type: "Initialized", status: "True" },
    { type: "Ready", status: "False" },
  ].filter(({ type }) => !conditions.some((condition) => condition.type === type));
  return {
    ...podOf(name, replicaSetUid, IMAGE),
    status: {
      phase: "Pending",
      conditions: [...base, ...conditions],
      containerStatuses: [
        { name: "shop", ready: false, restartCount: 0, image: IMAGE, imageID: "", ...container },
      ],
    },
  };
}

export function endpointSlice(service: string, pods: readonly Pod[], ready = true): EndpointSlice {
  return {
    addressType: "IPv4",
    metadata: {
      name: `${service}-slice`,
      uid: `${service}-slice-uid`,
      labels: { "kubernetes.io/service-name": service },
    },
    endpoints: pods.map(({ metadata }) => ({
      addresses: ["10.0.0.1"],
      conditions: { ready },
      targetRef: { kind: "Pod", name: metadata?.name ?? "", uid: metadata?.uid ?? "" },
    })),
  };
}

function podOf(name: string, replicaSetUid: string, image: string): Pod {
  return {
    metadata: {
      name,
      uid: `${name}-uid`,
      labels: TEMPLATE,
      ownerReferences: [owner("ReplicaSet", replicaSetUid.replace(/-uid$/, ""), replicaSetUid)],
    },
    spec: { containers: [{ name: "shop", image }] },
  };
}

function owner(kind: string, name: string, uid: string) {
  return { apiVersion: "apps/v1", kind, name, uid, controller: true };
}

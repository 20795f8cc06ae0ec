import type { ReadinessInputs } from "../../contract/readiness.ts";
import type {
  ControllerRevision,
  DaemonSet,
  Observed,
  Pod,
  StatefulSet,
} from "../../provider/verdict/objects.ts";
import { asDeployment } from "../../provider/verdict/objects.ts";
import { revisionOf } from "../../provider/verdict/revision.ts";
import { endpointSlice, IMAGE, readyPod, release, unreadyPod } from "./release-objects.ts";

const LABEL = "controller-revision-hash";
const UID = "db-uid";

/** Inputs of a release that a StatefulSet or a DaemonSet delivers. */
export function setRelease(
  kind: "StatefulSet" | "DaemonSet" = "StatefulSet",
  overrides: Partial<ReadinessInputs> = {},
): ReadinessInputs {
  const deployment = { name: "db", uid: UID, generation: 2, kind };
  return release({ service: "db", serviceName: "db", deployment, ...overrides });
}

/** The template of a revision's pods. */
function templateOf(name: string) {
  return {
    metadata: { labels: { revision: name } },
    spec: { containers: [{ name: "db", image: IMAGE }] },
  };
}

/** What a controller keeps of a template. */
function controllerRevision(name: string, revision: number): ControllerRevision {
  return {
    metadata: {
      name: `db-${name}`,
      uid: `db-${name}-uid`,
      labels: { [LABEL]: name },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid: UID, controller: true },
      ],
    },
    revision,
    data: { spec: { template: { $patch: "replace", ...templateOf(name) } } },
  };
}

/** A pod of a StatefulSet, of the revision `old` or `new`. */
export function setPod(
  name: string,
  revision: "old" | "new",
  state: "ready" | object = "ready",
): Pod {
  const pod = state === "ready" ? readyPod(name, UID) : unreadyPod(name, UID, state);
  return { ...pod, metadata: { ...pod.metadata, labels: { [LABEL]: `db-${revision}` } } };
}

/** A StatefulSet whose update is complete, or as its status says. */
export function statefulSet(spec: object = {}, status: object = {}): StatefulSet {
  const counts = { replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3 };
  return {
    metadata: { name: "db", uid: UID, generation: 2 },
    spec: {
      replicas: 3,
      selector: {},
      serviceName: "db-headless",
      template: templateOf("new"),
      ...spec,
    },
    status: { observedGeneration: 2, updateRevision: "db-new", ...counts, ...status },
  };
}

/** What a cluster shows of a StatefulSet's release. */
export function observedSet(set: StatefulSet, pods: readonly Pod[]): Observed {
  const revisions = [controllerRevision("old", 1), controllerRevision("new", 2)];
  return {
    deployment: asDeployment(set),
    statefulSet: set,
    replicaSets: revisions.map((each) => revisionOf(each, "StatefulSet")),
    ...served(pods),
  };
}

/** A DaemonSet of three nodes whose update is complete, or as its status says. */
export function daemonSet(spec: object = {}, status: object = {}): DaemonSet {
  return {
    metadata: { name: "db", uid: UID, generation: 2 },
    spec: { selector: {}, template: templateOf("new"), ...spec },
    status: {
      observedGeneration: 2,
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      ...status,
    },
  };
}

/** What a cluster shows of a DaemonSet's release; its pods carry the hash alone. */
export function observedNodes(
  set: DaemonSet,
  pods: readonly Pod[],
  clusterTime?: number,
): Observed {
  const revisions = [controllerRevision("old", 1), controllerRevision("new", 2)];
  const labelled = pods.map((pod) => {
    const hash = pod.metadata?.labels?.[LABEL]?.replace("db-", "") ?? "";
    return { ...pod, metadata: { ...pod.metadata, labels: { [LABEL]: hash } } };
  });
  return {
    deployment: asDeployment(set),
    daemonSet: set,
    replicaSets: revisions.map((each) => revisionOf(each, "DaemonSet")),
    ...served(labelled),
    ...(clusterTime !== undefined && { clusterTime }),
  };
}

function served(pods: readonly Pod[]) {
  return {
    pods,
    service: { metadata: { name: "db", uid: "db-svc" }, spec: { selector: {} } },
    endpointSlices: [endpointSlice("db", pods)],
    ingress: undefined,
    warnings: [],
  };
}

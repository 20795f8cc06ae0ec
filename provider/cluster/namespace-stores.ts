import type { AnalysisRun, ArgoRollout } from "../verdict/argo-rollout.ts";
import {
  claimsOf,
  type ControllerRevision,
  type DaemonSet,
  type Deployment,
  type EndpointSlice,
  type Event,
  type HttpRoute,
  type Ingress,
  nameOf,
  type ObjectMeta,
  ownerOf,
  type Pod,
  type ReplicaSet,
  type Service,
  type StatefulSet,
  uidOf,
} from "../verdict/objects.ts";
import type { CollectionName } from "./collection.ts";
import { Store } from "./store.ts";

/** Set on each EndpointSlice by its controller. */
const SERVICE_NAME = "kubernetes.io/service-name";

/**
 * Stores by which an object that changes is news about those that it belongs to.
 * @param tell called with each topic that there is news about, as `deployment/<name>`
 */
export function storesOf(tell: (topic: string) => void) {
  const store = <T extends { readonly metadata?: ObjectMeta }>(
    keyOf: (object: T) => string | undefined,
    topicsOf: (object: T) => readonly string[],
  ) =>
    new Store<T>(keyOf, (object) => {
      topicsOf(object).forEach(tell);
    });
  const deployments = store<Deployment>(nameOf, (object) => [`deployment/${nameOf(object)}`]);
  const replicaSets = store<ReplicaSet>(ownerOf, (set) => [`deployment/${ownerName(set)}`]);
  const ofOwner = (object: ControllerRevision) => [`uid/${ownerOf(object) ?? ""}`];
  const ofItself = (object: StatefulSet | DaemonSet) => [`uid/${uidOf(object)}`];
  const topicsOfPod = (pod: Pod) => {
    const owner = ownerOf(pod) ?? "";
    // Without its ReplicaSet a pod means nothing to a release yet; the ReplicaSet will wake that.
    const ofRelease = `deployment/${ownerName(replicaSets.get(owner))}`;
    return [`uid/${owner}`, ofRelease, ...claimsOf(pod).map((claim) => `claim/${claim}`)];
  };
  const pods = store(ownerOf, topicsOfPod);
  const warned = (uid: string) => {
    const [pod, deployment] = [pods.get(uid), deployments.get(uid)];
    const name = deployment === undefined ? ownerName(replicaSets.get(uid)) : nameOf(deployment);
    return pod === undefined ? [`deployment/${name}`, `uid/${uid}`] : topicsOfPod(pod);
  };
  return {
    deployments,
    replicaSets,
    statefulSets: store<StatefulSet>(nameOf, ofItself),
    daemonSets: store<DaemonSet>(nameOf, ofItself),
    controllerRevisions: store<ControllerRevision>(ownerOf, ofOwner),
    rollouts: store<ArgoRollout>(nameOf, (object) => [`deployment/${nameOf(object)}`]),
    analysisRuns: store<AnalysisRun>(
      (run) => rolloutOf(run)?.uid,
      (run) => [`deployment/${rolloutOf(run)?.name ?? ""}`],
    ),
    pods,
    services: store<Service>(nameOf, (object) => [`service/${nameOf(object)}`]),
    endpointSlices: store(serviceOf, (slice) => [`service/${serviceOf(slice)}`]),
    ingresses: store<Ingress>(nameOf, (object) => [`ingress/${nameOf(object)}`]),
    httpRoutes: store<HttpRoute>(nameOf, (object) => [`httproute/${nameOf(object)}`]),
    warnings: store(subjectOf, (event) => warned(subjectOf(event))),
    happenings: store(subjectOf, (event) => [`uid/${subjectOf(event)}`]),
    placements: store(subjectOf, (event) => warned(subjectOf(event))),
    // No verdict waits for these.
    pulls: store(subjectOf, () => []),
  } satisfies Record<CollectionName, unknown>;
}

function subjectOf({ involvedObject: { uid = "" } }: Event): string {
  return uid;
}

function serviceOf({ metadata }: EndpointSlice): string {
  return metadata?.labels?.[SERVICE_NAME] ?? "";
}

/** What Slipway measures of a Rollout is owned, and not controlled by it. */
function rolloutOf({ metadata }: AnalysisRun) {
  return metadata?.ownerReferences?.find(({ kind }) => kind === "Rollout");
}

function ownerName(owned: { readonly metadata?: ObjectMeta } | undefined): string {
  const owners = owned?.metadata?.ownerReferences ?? [];
  return owners.find(({ controller }) => controller === true)?.name ?? "";
}

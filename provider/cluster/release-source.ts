import type { ReadinessInputs } from "../../contract/readiness.ts";
import { revisionKindOf } from "../../contract/workload-kind.ts";
import { eventsAbout } from "../verdict/event.ts";
import { ingressesOf } from "../verdict/ingress.ts";
import { asDeployment, type Event, type Observed, uidOf } from "../verdict/objects.ts";
import { failureOf } from "../verdict/replica-set.ts";
import { revisionOf } from "../verdict/revision.ts";
import { neededFor } from "./collection.ts";
import type { Lease, NamespaceWatch } from "./namespace-watch.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Follows a release with the watches of its namespace, until the subscription is closed.
 * @param clock the cluster's, undefined before its first answer
 */
export function followRelease(
  release: ReadinessInputs,
  { watch, end }: Lease,
  clock: () => number | undefined,
): Subscription {
  const { deployment, serviceName, routes = [] } = release;
  const needed = neededFor(release);
  const topics = [
    revisionKindOf(deployment) === "ReplicaSet"
      ? `deployment/${deployment.name}`
      : `uid/${deployment.uid}`,
    ...(serviceName === undefined ? [] : [`service/${serviceName}`]),
    ...ingressesOf(release).map(({ name }) => `ingress/${name}`),
    ...routes.map((name) => `httproute/${name}`),
  ];
  const source = {
    observe: () => observe(release, watch, clock()),
    // A ready release may have a warning, and nobody looks at it again.
    synced: () => watch.isSynced(needed) && watch.isSettled(["warnings"]),
    troubles: () => watch.troublesWith(needed),
  };
  return watch.subscribe(source, [...needed, "warnings", "placements", "pulls"], topics, end);
}

function observe(
  release: ReadinessInputs,
  watch: NamespaceWatch,
  clusterTime: number | undefined,
): Observed {
  const { serviceName, ingress, otherIngresses, routes } = release;
  const { stores } = watch;
  const workload = workloadIn(release, watch);
  const { deployment, replicaSets, pods } = workload;
  const objects = [...(deployment === undefined ? [] : [deployment]), ...replicaSets, ...pods];
  const warnings = objects.flatMap((object) => stores.warnings.of(uidOf(object)));
  return {
    ...(clusterTime !== undefined && { clusterTime }),
    ...((replicaSets.some(failureOf) || isRefused(deployment, warnings)) && {
      neighbourhood: watch.neighbourhood(),
    }),
    ...workload,
    service: stores.services.of(serviceName)[0],
    endpointSlices: stores.endpointSlices.of(serviceName),
    ingress: stores.ingresses.of(ingress?.name)[0],
    ...(otherIngresses && {
      otherIngresses: otherIngresses.flatMap((other) => stores.ingresses.of(other.name)),
    }),
    ...(routes && { routes: routes.flatMap((route) => stores.httpRoutes.of(route)) }),
    warnings,
    placements: pods.flatMap((pod) => stores.placements.of(uidOf(pod))),
    pulls: pods.flatMap((pod) => stores.pulls.of(uidOf(pod))),
  };
}

/** Whether pods were refused to a controller that tells so by events alone. */
function isRefused(deployment: Observed["deployment"], warnings: readonly Event[]): boolean {
  return (
    deployment !== undefined &&
    eventsAbout(uidOf(deployment), ["FailedCreate"], warnings).length > 0
  );
}

/** What delivers the release, with its revisions and their pods. */
function workloadIn(
  { deployment: { name, uid, kind } }: ReadinessInputs,
  { stores }: NamespaceWatch,
): Pick<
  Observed,
  "deployment" | "statefulSet" | "daemonSet" | "rollout" | "analysisRuns" | "replicaSets" | "pods"
> {
  if (kind === "StatefulSet" || kind === "DaemonSet") {
    const pods = stores.pods.of(uid);
    const replicaSets = stores.controllerRevisions.of(uid).map((each) => revisionOf(each, kind));
    const common = { replicaSets, pods };
    if (kind === "StatefulSet") {
      const [statefulSet] = stores.statefulSets.of(name);
      return {
        deployment: asDeployment(statefulSet),
        ...(statefulSet && { statefulSet }),
        ...common,
      };
    }
    const [daemonSet] = stores.daemonSets.of(name);
    return { deployment: asDeployment(daemonSet), ...(daemonSet && { daemonSet }), ...common };
  }
  const replicaSets = stores.replicaSets.of(uid);
  const pods = replicaSets.flatMap((replicaSet) => stores.pods.of(uidOf(replicaSet)));
  if (kind === "Rollout") {
    const [rollout] = stores.rollouts.of(name);
    return {
      deployment: asDeployment(rollout),
      ...(rollout && { rollout }),
      analysisRuns: stores.analysisRuns.of(uid),
      replicaSets,
      pods,
    };
  }
  const [deployment] = stores.deployments.of(name);
  return { deployment, replicaSets, pods };
}

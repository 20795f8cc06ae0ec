import type { ReadinessInputs } from "../../contract/readiness.ts";
import { ingressesOf } from "../verdict/ingress.ts";
import { type Observed, uidOf } from "../verdict/objects.ts";
import { failureOf } from "../verdict/replica-set.ts";
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
    `deployment/${deployment.name}`,
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
  const { stores } = watch;
  const { name, uid } = release.deployment;
  const { serviceName, ingress, otherIngresses, routes } = release;
  const [deployment] = stores.deployments.of(name);
  const replicaSets = stores.replicaSets.of(uid);
  const pods = replicaSets.flatMap((replicaSet) => stores.pods.of(uidOf(replicaSet)));
  const objects = [...(deployment === undefined ? [] : [deployment]), ...replicaSets, ...pods];
  return {
    ...(clusterTime !== undefined && { clusterTime }),
    ...(replicaSets.some(failureOf) && { neighbourhood: watch.neighbourhood() }),
    deployment,
    replicaSets,
    pods,
    service: stores.services.of(serviceName)[0],
    endpointSlices: stores.endpointSlices.of(serviceName),
    ingress: stores.ingresses.of(ingress?.name)[0],
    ...(otherIngresses && {
      otherIngresses: otherIngresses.flatMap((other) => stores.ingresses.of(other.name)),
    }),
    ...(routes && { routes: routes.flatMap((route) => stores.httpRoutes.of(route)) }),
    warnings: objects.flatMap((object) => stores.warnings.of(uidOf(object))),
    placements: pods.flatMap((pod) => stores.placements.of(uidOf(pod))),
    pulls: pods.flatMap((pod) => stores.pulls.of(uidOf(pod))),
  };
}

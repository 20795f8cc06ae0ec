import type { ReadinessInputs } from "../../contract/readiness.ts";
import { type Observed, uidOf } from "../verdict/objects.ts";
import { failureOf } from "../verdict/replica-set.ts";
import { type CollectionName, neededFor } from "./collection.ts";
import type { NamespaceWatch } from "./namespace-watch.ts";
import type { Source } from "./subscription.ts";

/** The collections that a release is followed by. */
export function followedFor(release: ReadinessInputs): readonly CollectionName[] {
  return [...neededFor(release), "warnings", "placements", "pulls"];
}

/** What news is about a release. */
export function topicsOf({ deployment, serviceName, ingress }: ReadinessInputs): string[] {
  return [
    `deployment/${deployment.name}`,
    `service/${serviceName}`,
    ...(ingress === undefined ? [] : [`ingress/${ingress.name}`]),
  ];
}

/**
 * What the watches of its namespace show of a release.
 * @param clock the cluster's, undefined before its first answer
 */
export function sourceOf(
  release: ReadinessInputs,
  watch: NamespaceWatch,
  clock: () => number | undefined,
): Source<Observed> {
  const needed = neededFor(release);
  return {
    observe: () => observe(release, watch, clock()),
    synced: () => watch.isSynced(needed),
    troubles: () => watch.troublesWith(needed),
  };
}

function observe(
  { deployment: { name, uid }, serviceName, ingress }: ReadinessInputs,
  watch: NamespaceWatch,
  clusterTime: number | undefined,
): Observed {
  const { stores } = watch;
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
    warnings: objects.flatMap((object) => stores.warnings.of(uidOf(object))),
    placements: pods.flatMap((pod) => stores.placements.of(uidOf(pod))),
    pulls: pods.flatMap((pod) => stores.pulls.of(uidOf(pod))),
  };
}

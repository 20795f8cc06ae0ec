import type { ReadinessInputs } from "../../contract/readiness";
import type { Cluster } from "../cluster";
import { isDisabling } from "../cluster/preflight";
import { newReplicaSet } from "../verdict/deployment";
import type { Verdict } from "../verdict/finding";
import { type Observed, ownerOf, uidOf } from "../verdict/objects";
import { supersededBy } from "../verdict/template";
import { forbidden } from "./forbidden";

type Final = Exclude<Verdict, { kind: "progressing" }>;

/** A verdict on a closer look than the watches give: undefined where only they are behind. */
export async function confirmed(
  cluster: Cluster,
  release: ReadinessInputs,
  verdict: Final,
  signal: AbortSignal,
): Promise<Final | undefined> {
  if (verdict.kind === "failed" && verdict.reason === "deployment-missing") {
    return confirmMissing(cluster, release, verdict, signal);
  }
  if (verdict.kind === "failed" && verdict.reason === "forbidden") {
    const lack = await cluster.lack(release, { afresh: true }, signal);
    return isDisabling(lack) ? forbidden(release, lack) : verdict;
  }
  return verdict;
}

/** Pods of a release that is still awaited do not leave by themselves: it may be that their whole namespace does. */
export async function namespaceLeaving(
  cluster: Cluster,
  release: ReadinessInputs,
  { kind }: Verdict,
  observed: Observed,
  signal: AbortSignal,
): Promise<Final | undefined> {
  const uid = newReplicaSet(observed)?.metadata?.uid;
  const isLeaving = observed.pods.some(
    (pod) => pod.metadata?.deletionTimestamp !== undefined && ownerOf(pod) === uid,
  );
  return kind === "progressing" && isLeaving
    ? namespaceGone(cluster, release.namespace, signal)
    : undefined;
}

/**
 * Whether a Deployment that is a later generation than the release's when it is first seen has other pods: the watches
 * leave out who has written what.
 * @returns nothing where it has not, or the API server does not say
 */
export async function supersededBefore(
  cluster: Cluster,
  release: ReadinessInputs,
  { deployment, clusterTime = Date.now() }: Observed,
  signal: AbortSignal,
): Promise<Final | undefined> {
  if ((deployment?.metadata?.generation ?? 0) <= release.deployment.generation) {
    return undefined;
  }
  const { name } = release.deployment;
  const present = await cluster.deployment(release.namespace, name, signal).catch(() => undefined);
  return supersededBy(release, present, performance.timeOrigin + clusterTime - Date.now());
}

async function namespaceGone(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<Final | undefined> {
  const state = await cluster.namespace(namespace, signal);
  if (state !== "missing" && state !== "terminating") {
    return undefined;
  }
  const message = `namespace ${namespace} is ${state}, and with it the deployment`;
  const reason = `namespace-${state}` as const;
  return { kind: "failed", reason, object: `namespace ${namespace}`, message };
}

async function confirmMissing(
  cluster: Cluster,
  { namespace, deployment: { name, uid } }: ReadinessInputs,
  verdict: Final,
  signal: AbortSignal,
): Promise<Final | undefined> {
  try {
    const present = await cluster.deployment(namespace, name, signal);
    if (present && uidOf(present) === uid && !present.metadata?.deletionTimestamp) {
      return undefined;
    }
  } catch {
    // Whoever cannot answer has not said that it is missing.
    return undefined;
  }
  return (await namespaceGone(cluster, namespace, signal)) ?? verdict;
}

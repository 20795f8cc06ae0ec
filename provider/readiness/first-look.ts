import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Cluster } from "../cluster.ts";
import type { Deployment } from "../verdict/objects.ts";
import { Limit } from "../waiting/limit.ts";
import type { WaitOptions } from "../waiting/wait.ts";
import { limitSeconds } from "./limit.ts";

/** How a wait is bounded that has begun, with all that it does before it follows the release. */
export type Begun = WaitOptions & { readonly startedAt: number };

/** The Deployment before the wait, of whose time the look is a part; undefined if there is no answer. */
export async function firstLook(
  cluster: Cluster,
  release: ReadinessInputs,
  { startedAt, timeoutSeconds, signal }: Begun,
): Promise<Deployment | undefined> {
  const seconds = limitSeconds(release, timeoutSeconds);
  const limit = new Limit(startedAt + seconds * 1000, signal);
  try {
    return await limit.within(presentDeployment(cluster, release, limit.signal));
  } finally {
    limit.close();
  }
}

/** The Deployment, as far as the cluster answers; if it does not, the wait will say so. */
export async function presentDeployment(
  cluster: Cluster,
  { namespace, deployment }: ReadinessInputs,
  signal: AbortSignal,
): Promise<Deployment | undefined> {
  return cluster.deployment(namespace, deployment, signal).catch(() => undefined);
}

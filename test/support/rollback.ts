import { setTimeout as sleep } from "node:timers/promises";

import type { ReadinessOutputs } from "../../contract/readiness.ts";
import { cluster } from "../../testbed/cluster.ts";
import { POD } from "../../testbed/kinds.ts";
import type { Project } from "../../testbed/project.ts";
import { RESOURCES } from "../../contract/tokens.ts";

interface State {
  readonly deployment: {
    readonly resources: readonly { readonly type: string; readonly outputs: unknown }[];
  };
}

/** What the stack's state keeps of the one release in it: an `up` that fails leaves the stack's outputs as they were. */
export async function storedRelease(project: Project): Promise<ReadinessOutputs> {
  const { deployment } = JSON.parse(await project.state()) as State;
  const readiness = deployment.resources.find(({ type }) => type === RESOURCES.Readiness);
  return readiness?.outputs as ReadinessOutputs;
}

/** Names of the shop's pods that serve: ready, and not about to end. */
export async function servingPods(namespace: string): Promise<string[]> {
  const pods = await cluster.list(POD, namespace, "app.kubernetes.io/name=shop");
  return pods
    .filter(
      ({ metadata, status }) =>
        metadata?.deletionTimestamp === undefined &&
        status?.conditions?.some((met) => met.type === "Ready" && met.status === "True"),
    )
    .map(({ metadata }) => metadata?.name ?? "")
    .sort();
}

/**
 * Names of the shop's pods once so many of them serve. One that was ready may miss a probe on a busy machine.
 * @throws Error if they do not in a minute
 */
export async function allServingPods(namespace: string, count: number): Promise<string[]> {
  for (let rest = 60; rest > 0; rest -= 1) {
    const pods = await servingPods(namespace);
    if (pods.length === count) {
      return pods;
    }
    await sleep(1_000);
  }
  throw new Error(`not ${String(count)} pods serve in ${namespace} after a minute`);
}

/** Ends the shop's pods now, as the loss of their node would. */
export async function killPods(namespace: string): Promise<void> {
  for (const { metadata } of await cluster.list(POD, namespace, "app.kubernetes.io/name=shop")) {
    const name = metadata?.name ?? "";
    await cluster
      .delete({ ...POD, metadata: { name, namespace } })
      .catch(async (error: unknown) => {
        // One that was ending may be gone by now.
        if ((await cluster.find(POD, namespace, name)) !== undefined) {
          throw error;
        }
      });
  }
}

import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ProvedRelease } from "../../contract/release-record.ts";
import { kindOf, resourceOfKind } from "../../contract/workload-kind.ts";
import type { Cluster } from "../cluster.ts";
import { messageOf } from "../cluster/api-error.ts";
import type { Registries } from "../hand-off/target.ts";
import { takeBack } from "../hand-off/take-back.ts";
import { Registry } from "../registry/registry.ts";
import type { Restoration } from "./restore.ts";

/** What a release is handed back with. */
export interface HandBackTools {
  readonly cluster: Cluster;
  /** The kubeconfig's context. */
  readonly context: () => string;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/**
 * Restores desired state where it is written, for a controller to apply: who changes the cluster alone is undone.
 *
 * @param reason for which the release has failed
 */
export async function handBack(
  release: ReadinessInputs,
  to: ProvedRelease,
  reason: string,
  { cluster, context, signal, progress }: HandBackTools,
): Promise<Restoration> {
  const { handOff, service, namespace, deployment } = release;
  if (handOff?.taken === undefined) {
    return { kind: "refused", why: "nothing was handed off that could be taken back" };
  }
  const kind = kindOf(deployment);
  const { group, version } = resourceOfKind(kind);
  const workload = { apiVersion: `${group}/${version}`, kind, name: deployment.name, namespace };
  const { image, manifestHash } = to;
  const taken = {
    ...handOff.taken,
    revision: handOff.revision,
    reason,
    releases: [{ service, image, manifestHash }],
    workloads: [{ key: service, ...workload }],
  };
  const registries: Registries = (login) => new Registry(login, signal);
  try {
    const { api } = cluster;
    const tell = (text: string) => cluster.secrets.tell(text);
    const tools = { api, context, registries, signal, progress, tell };
    const restored = await takeBack(taken, tools);
    if (restored.revision === null) {
      return { kind: "refused", why: "the repository had nothing before it" };
    }
    if (restored.failure !== undefined) {
      const { reason: fault, message } = restored.failure;
      return { kind: "refused", why: `${restored.revision} is written, and ${fault}: ${message}` };
    }
    const live = await cluster.deployment(namespace, deployment, signal);
    return { kind: "restored", generation: live?.metadata?.generation ?? 0 };
  } catch (error) {
    return {
      kind: "refused",
      why: signal.aborted ? "the run was interrupted" : messageOf(error),
    };
  }
}

import { accessOf, isShared, type VolumesDefinition } from "./volumes.ts";

/** What of a service's settings is about how an update replaces its pods. */
export interface ReplacementDefinition {
  /**
   * How an update replaces the pods: `recreate` stops all of them before it starts any, for what may never run twice.
   * @default - `recreate` for a single pod with a claim of one writer; otherwise a surge of 25 % and none unavailable
   */
  readonly replacement?: Replacement;
}

/** How an update replaces the pods. */
export type Replacement = "recreate" | RollingReplacement;

/**
 * An update step by step. Numbers of pods, or percentages of them such as `25%`.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export interface RollingReplacement {
  /**
   * Pods that there may be beyond the wanted ones. 0 needs no room in a quota.
   * @default "25%"
   */
  readonly surge?: number | string;
  /**
   * Pods that may be missing meanwhile.
   * @default - 0, or 1 without a surge
   */
  readonly unavailable?: number | string;
}

/** How an update replaces the pods of a service, undefined for the usual way. */
export interface CompletedReplacement {
  readonly replacement: "recreate" | Required<RollingReplacement> | undefined;
}

type Pods = ReplacementDefinition &
  VolumesDefinition & {
    readonly replicas?: number;
    readonly autoscale?: { readonly max: number } | undefined;
  };

/** How an update replaces the pods: a claim of one writer is never mounted by two of them. */
export function completeReplacement(definition: Pods): CompletedReplacement {
  const { replacement = isSingleWriter(definition) ? "recreate" : undefined } = definition;
  if (typeof replacement !== "object") {
    return { replacement };
  }
  const { surge = "25%", unavailable = isNone(surge) ? 1 : 0 } = replacement;
  return { replacement: { surge, unavailable } };
}

/** Whether there is one pod, and it has a claim of which nobody knows that two may write. */
function isSingleWriter({ volumes = {}, replicas, autoscale }: Pods): boolean {
  const pods = autoscale?.max ?? replicas;
  return (
    pods === 1 &&
    Object.values(volumes).some(
      (volume) =>
        "claim" in volume &&
        (typeof volume.claim === "string" || !isShared(accessOf(volume.claim))),
    )
  );
}

/** Whether a number of pods, or a percentage of them, is none. */
export function isNone(pods: unknown): boolean {
  return pods === 0 || pods === "0%";
}

import type { PreviousRelease, ReadinessInputs, ReleaseRecord } from "../../contract";
import { digestOf } from "../verdict/digest";
import { newReplicaSet, podsOf } from "../verdict/deployment";
import type { ProvedPod } from "../verdict/finding";
import { nameOf, type Observed, type ReplicaSet } from "../verdict/objects";
import type { Judgement } from "./wait";

/** When a wait began, and how long it took. */
export interface Wait {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
}

/** The release record of a verdict. */
export function recordOf(
  inputs: ReadinessInputs,
  { verdict, observed }: Judgement,
  { startedAt, seconds }: Wait,
  previous: PreviousRelease | null,
): ReleaseRecord {
  const ready = verdict.kind === "ready";
  const replicaSet = newReplicaSet(observed);
  return {
    version: 1,
    commit: inputs.commit ?? null,
    dirty: inputs.dirty,
    image: inputs.image,
    digest: released(inputs.image),
    manifestHash: inputs.manifestHash,
    namespace: inputs.namespace,
    verdict: verdict.kind,
    reason: ready ? null : verdict.reason,
    generation: inputs.deployment.generation,
    replicaSet: ready ? verdict.replicaSet : (replicaSet?.metadata?.name ?? null),
    pods: ready ? verdict.pods : replicaSet === undefined ? [] : runningPods(replicaSet, observed),
    startedAt,
    seconds: Math.round(seconds * 10) / 10,
    previous,
    running: null,
  };
}

/** What the nodes say that a release which is not ready runs, as far as they have come. */
function runningPods(replicaSet: ReplicaSet, { pods }: Observed): ProvedPod[] {
  return podsOf(replicaSet, pods).flatMap((pod) => {
    const imageID = pod.status?.containerStatuses?.find((status) => status.imageID !== "")?.imageID;
    return imageID === undefined ? [] : [{ name: nameOf(pod), imageID }];
  });
}

/**
 * The last release that was ready and is another one than these inputs', as the stored record tells:
 * the stored release itself, or the one before it where the stored one failed or only its commit differs.
 */
export function previousOf(
  stored: ReleaseRecord | undefined,
  inputs: ReadinessInputs,
): PreviousRelease | null {
  const candidates = [stored?.verdict === "ready" ? stored : undefined, stored?.previous];
  const last = candidates.find((candidate) => candidate && differs(candidate, inputs));
  if (!last) {
    return null;
  }
  const { commit, image, digest, manifestHash } = last;
  return { commit: commit ?? null, image, digest, manifestHash };
}

function differs(
  { digest, manifestHash }: Pick<PreviousRelease, "digest" | "manifestHash">,
  inputs: ReadinessInputs,
): boolean {
  return digest !== released(inputs.image) || manifestHash !== inputs.manifestHash;
}

/** The digest of a release's image. */
export function released(image: string): string {
  return `sha256:${digestOf(image) ?? ""}`;
}

import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ProvedRelease } from "../../contract/release-record.ts";
import { newReplicaSet } from "../verdict/deployment.ts";
import type { Finding } from "../verdict/finding.ts";
import { podLossOf } from "../verdict/lost-pod.ts";
import { nameOf, type Observed, ownerOf, type ReplicaSet, uidOf } from "../verdict/objects.ts";
import { REASONS } from "../verdict/reasons.ts";
import { called } from "../release-words.ts";

/** What is to be done about a release that failed. */
export type Plan =
  | { readonly kind: "restore"; readonly to: ProvedRelease; readonly replicaSet: ReplicaSet }
  | {
      readonly kind: "stay";
      /** Why nothing is restored; undefined if that goes without saying. */
      readonly why: string | undefined;
    };

/** Decides whether the last release that was ready is to be restored. */
export function planRollback(
  release: ReadinessInputs,
  { reason }: Finding,
  lastReady: ProvedRelease | null,
  observed: Observed,
): Plan {
  if (!REASONS[reason].rollsBack) {
    return { kind: "stay", why: undefined };
  }
  if (lastReady === null) {
    return stay("no release was ready before; this one is left in place for you to examine");
  }
  if (release.rollback === false) {
    return stay("rollback is false; the release is left in place");
  }
  const present = newReplicaSet(observed);
  const target = `the last release that was ready, ${called(lastReady, release)},`;
  if (present !== undefined && nameOf(present) === lastReady.replicaSet) {
    return stay(`${target} has the same pod template`);
  }
  const replicaSet = observed.replicaSets.find(
    (candidate) => nameOf(candidate) === lastReady.replicaSet,
  );
  if (reason === "evicted" && replicaSet !== undefined && isEvicted(replicaSet, observed)) {
    return stay(`pods of ${target} are evicted as well`);
  }
  return replicaSet?.spec?.template === undefined
    ? stay(`replica set ${lastReady.replicaSet}, which kept the pod template of ${target} is gone`)
    : { kind: "restore", to: lastReady, replicaSet };
}

function isEvicted(replicaSet: ReplicaSet, { pods }: Observed): boolean {
  const own = pods.filter((pod) => ownerOf(pod) === uidOf(replicaSet));
  return own.some((pod) => podLossOf(pod)?.reason === "evicted");
}

function stay(why: string): Plan {
  return { kind: "stay", why: `not rolled back: ${why}` };
}

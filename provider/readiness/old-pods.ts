import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import type { Cluster } from "../cluster.ts";
import { ApiError, messageOf } from "../cluster/api-error.ts";
import { livingPods } from "../verdict/awaited-object.ts";
import type { Failed, Verdict } from "../verdict/finding.ts";
import { nameOf, type Observed, type Pod, uidOf } from "../verdict/objects.ts";
import { isReady } from "../verdict/pod.ts";
import { type ReasonFacts, REASONS } from "../verdict/reasons.ts";
import { newReplicaSet, REVISION_HASH } from "../verdict/revision.ts";
import { isUpdatedByDeletion, oldPodsInTheWay } from "../verdict/stateful-set.ts";

/** Which pods of earlier revisions are known to be broken: those of one revision, or of all others. */
export type Broken = { readonly revision: string } | "others";

/** The pods of a release that has failed, by its record, and was not rolled back; of one that was not judged nothing is known. */
export function brokenBefore(record: ReleaseRecord | undefined): Broken | undefined {
  const { verdict, reason, running, replicaSet } = record ?? {};
  const { about } = (REASONS as Partial<Record<string, ReasonFacts>>)[reason ?? ""] ?? {};
  const isBroken = verdict === "failed" && about === "release";
  return isBroken && running === null && typeof replicaSet === "string"
    ? { revision: replicaSet }
    : undefined;
}

/**
 * Deletes broken pods that a StatefulSet does not replace by itself: with pods managed in order it replaces none while one is
 * not ready, even if the new revision would mend it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export class OldPods {
  readonly #deleted = new Set<string>();

  private readonly cluster: Pick<Cluster, "deletePod">;
  private readonly release: ReadinessInputs;
  private readonly broken: Broken | undefined;

  constructor(
    cluster: Pick<Cluster, "deletePod">,
    release: ReadinessInputs,
    broken: Broken | undefined,
  ) {
    this.cluster = cluster;
    this.release = release;
    this.broken = broken;
  }

  /** The verdict once what is in its way is deleted; undefined where that changes nothing. */
  async see(
    verdict: Verdict,
    observed: Observed,
    signal: AbortSignal,
  ): Promise<Verdict | undefined> {
    const failure = verdict.kind === "failed" ? verdict : undefined;
    const isEnded = verdict.kind === "ready" || (failure && failure.reason !== "old-pod-stuck");
    const stuck = isEnded === true ? [] : this.#stuckIn(failure, observed);
    if (stuck.length === 0) {
      return undefined;
    }
    try {
      for (const pod of stuck) {
        await this.cluster.deletePod(this.release.namespace, pod, signal);
        this.#deleted.add(uidOf(pod));
      }
    } catch (error) {
      return failure && refused(failure, error);
    }
    return {
      kind: "progressing",
      text: `${stuck.map(nameOf).join(", ")} of an earlier revision deleted, because a StatefulSet replaces no pod before all are ready`,
      wakeAt: Infinity,
    };
  }

  /** @param failure that of a pod that is stuck, unless it is only a matter of time */
  #stuckIn(failure: Failed | undefined, observed: Observed): readonly Pod[] {
    const { statefulSet: set, pods } = observed;
    if (set === undefined || newReplicaSet(observed) === undefined) {
      return [];
    }
    return oldPodsInTheWay(set, livingPods(pods)).filter(
      (pod) =>
        !isReady(pod) &&
        isUpdatedByDeletion(set, pod) &&
        !this.#deleted.has(uidOf(pod)) &&
        (this.#isBroken(pod) || failure?.object === `pod ${nameOf(pod)}`),
    );
  }

  #isBroken({ metadata }: Pod): boolean {
    return (
      this.broken === "others" ||
      (this.broken !== undefined && metadata?.labels?.[REVISION_HASH] === this.broken.revision)
    );
  }
}

/** A verdict whose remedy is left to a person. */
function refused(verdict: Failed, error: unknown): Failed {
  const isForbidden = error instanceof ApiError && error.status === 403;
  const note = isForbidden
    ? `this identity may not delete it: ${error.message}; grant it delete on pods`
    : `it could not be deleted: ${messageOf(error)}`;
  return { ...verdict, notes: [...(verdict.notes ?? []), note] };
}

import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { called } from "../release-words.ts";
import type { Deployment } from "../verdict/objects.ts";
import {
  fieldsAt,
  isOfProvider,
  lastWrite,
  type ManagedFields,
} from "../verdict/managed-fields.ts";
import { isRestart } from "../verdict/pod-template.ts";

/** The API server keeps whole seconds, and its clock need not be this machine's. */
const TOLERANCE_MILLISECONDS = 2000;

/**
 * Says that a wait resumes for a rollout whose verdict an earlier run did not live to see. A run that was asked to stop
 * has stored that it was interrupted. One that was killed has stored nothing, but the Deployment shows when it was
 * applied.
 *
 * @param stored the record of the last verdict
 * @param deployment as it is in the cluster
 * @param runStartedAt in milliseconds since 1970
 * @returns undefined for this run's own rollout
 */
export function resumption(
  release: ReadinessInputs,
  stored: ReleaseRecord | undefined,
  deployment: Deployment | undefined,
  runStartedAt: number,
): string | undefined {
  const { generation } = release.deployment;
  const wait = `${release.service}: resumes the wait for ${called(release)}`;
  if (stored?.generation === generation) {
    return stored.reason === "interrupted"
      ? `${wait} that was interrupted at ${endOf(stored).toISOString()}`
      : undefined;
  }
  const appliedAt = appliedLast(deployment);
  if (appliedAt === undefined || (stored !== undefined && appliedAt <= endOf(stored).getTime())) {
    // A restart since has a later generation, and its verdict already.
    return undefined;
  }
  return appliedAt < runStartedAt - TOLERANCE_MILLISECONDS
    ? `${wait}, applied by an earlier run at ${new Date(appliedAt).toISOString()} and interrupted before its verdict`
    : undefined;
}

/**
 * When a rollout began, in milliseconds since 1970: now, or when an earlier run applied it.
 *
 * @param resumed the Deployment of a wait that resumes
 */
export function rolloutBegan(resumed: Deployment | undefined): number {
  return appliedLast(resumed) ?? Date.now();
}

function endOf({ startedAt, seconds }: ReleaseRecord): Date {
  return new Date(Date.parse(startedAt) + seconds * 1000);
}

/** Whether somebody has written metadata alone, as the controller of Argo Rollouts does with its number of the revision. */
function isMark(entry: ManagedFields): boolean {
  const fieldsV1 = entry.fieldsV1 as unknown;
  return (
    !isOfProvider(entry) && fieldsV1 !== undefined && fieldsAt(fieldsV1, ["f:spec"]) === undefined
  );
}

/** When the Kubernetes provider wrote the Deployment, if nobody else has written it since, except for a restart. */
function appliedLast(deployment: Deployment | undefined): number | undefined {
  const last = lastWrite(
    (deployment?.metadata?.managedFields ?? []).filter(
      (entry) => entry.subresource === undefined && !isRestart(entry) && !isMark(entry),
    ),
  );
  const at = Date.parse(last?.time ?? "");
  return last !== undefined && isOfProvider(last) && !Number.isNaN(at) ? at : undefined;
}

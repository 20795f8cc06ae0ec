import { createHash } from "node:crypto";

import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import type { Cluster } from "../cluster.ts";
import { ApiError } from "../cluster/api-error.ts";
import { JOBS } from "../cluster/collection.ts";
import { find } from "../cluster/find.ts";
import { remove } from "../cluster/remove.ts";
import { type CronJob, type Job, ownerOf, uidOf } from "../verdict/objects.ts";
import { answered } from "../waiting/answered.ts";

/** A Job that nobody has cleared away, because its run was killed or it failed, goes by itself after an hour. */
const KEPT_SECONDS = 3600;

/** A run that has failed three times does no better later, and Kubernetes waits longer each time. */
const RETRIES = 2;

/** What a Job has if nothing is said of it. */
const USUAL_RETRIES = 6;

/** What `kubectl create job --from` sets. */
const BY_HAND = { "cronjob.kubernetes.io/instantiate": "manual" };

type JobSpec = Partial<NonNullable<Job["spec"]>>;

/**
 * The name of the Job that proves a release: the same for each run that works on the same attempt, so that one that was killed
 * is resumed; a different one for each attempt that follows a verdict.
 */
export function proofJobName(
  { deployment: { name, uid, generation } }: ReadinessInputs,
  stored: ReleaseRecord | undefined,
): string {
  const isRepeated = stored?.generation === generation && stored.reason !== "interrupted";
  const attempt = JSON.stringify([uid, generation, isRepeated ? stored.startedAt : null]);
  return `${name}-${createHash("sha256").update(attempt).digest("hex").slice(0, 10)}`;
}

/**
 * The Job that proves a CronJob's release, made as by `kubectl create job --from`, unless an earlier run has made it already.
 *
 * @param retries how often it is retried, if the settings say so
 * @throws ApiError if the API server does not accept it
 */
export async function startedJob(
  cluster: Cluster,
  cronJob: CronJob,
  { name, retries }: { readonly name: string; readonly retries: number | undefined },
  signal: AbortSignal,
): Promise<Job> {
  const { namespace = "" } = cronJob.metadata ?? {};
  const path = JOBS.path(namespace);
  const attempt = async (): Promise<Job> => {
    const present = await find<Job>(cluster.api, `${path}/${name}`, signal);
    return (
      present ?? ((await cluster.api.post(path, manifest(cronJob, name, retries), signal)) as Job)
    );
  };
  const isOutrun = (error: unknown) => !(error instanceof ApiError) || error.status === 409;
  const job = await answered(attempt, signal, isOutrun);
  if (ownerOf(job) !== uidOf(cronJob)) {
    throw new ApiError(409, `job ${name} belongs to somebody else; delete it`);
  }
  return job;
}

/** Deletes a Job with its pods, unless it is gone. */
export function removeJob({ api }: Cluster, job: Job, signal: AbortSignal): Promise<void> {
  const path = JOBS.path(job.metadata?.namespace ?? "");
  return remove(api, path, job, signal, { propagationPolicy: "Background" });
}

/** How often a run that goes by the table is retried, if its proof is retried less. */
export function cutRetries(job: Job, { spec }: CronJob): number | undefined {
  const { backoffLimit = USUAL_RETRIES } = spec.jobTemplate.spec ?? {};
  return (job.spec?.backoffLimit ?? USUAL_RETRIES) < backoffLimit ? backoffLimit : undefined;
}

/**
 * How often the proof is retried: less than a run that goes by the table, for which nobody waits. Tries of several pods are not those
 * of one run.
 *
 * @param retries as `tolerate.restarts` says
 */
export function proofRetries(
  { backoffLimit = USUAL_RETRIES, completions = 1, parallelism = 1, ...spec }: JobSpec = {},
  retries = RETRIES,
): { readonly backoffLimit?: number } {
  const isOneRun = completions <= 1 && parallelism <= 1 && spec.backoffLimitPerIndex === undefined;
  return isOneRun && retries < backoffLimit ? { backoffLimit: retries } : {};
}

function manifest(
  { apiVersion = "batch/v1", metadata, spec }: CronJob,
  name: string,
  retries: number | undefined,
): object {
  const { metadata: template, spec: job } = spec.jobTemplate;
  const owner = { apiVersion, kind: "CronJob", name: metadata?.name, uid: metadata?.uid };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: metadata?.namespace,
      labels: template?.labels,
      annotations: { ...template?.annotations, ...BY_HAND },
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec: { ttlSecondsAfterFinished: KEPT_SECONDS, ...job, ...proofRetries(job, retries) },
  };
}

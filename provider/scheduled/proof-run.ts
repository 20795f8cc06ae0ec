import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import type { Cluster } from "../cluster.ts";
import { AwaitedObject } from "../object-readiness/awaited-object.ts";
import { limitSeconds } from "../readiness/limit.ts";
import type { ObservedObject } from "../verdict/awaited-object.ts";
import type { Failed, FinalVerdict } from "../verdict/finding.ts";
import { type CronJob, type Job, nameOf } from "../verdict/objects.ts";
import { answered } from "../waiting/answered.ts";
import { awaitVerdict, type WaitOptions } from "../waiting/wait.ts";
import { judgeCronJob, missing, provedPods, refusedJob, sidecarCrash } from "./judge.ts";
import { cutRetries, proofJobName, removeJob, startedJob } from "./proof-job.ts";

/** What was found of a release, and of the Job that was to prove it. */
export interface Found {
  readonly verdict: FinalVerdict;
  readonly cronJob: CronJob | undefined;
  readonly job?: Job;
  readonly observed?: ObservedObject;
}

/** What was found, and how long it took. */
export interface TimedFound {
  readonly found: Found;
  readonly startedAt: string;
  readonly seconds: number;
}

/** The run of a CronJob that proves its release, or the API server's acceptance where the settings say that this is enough. */
export class ProofRun {
  private readonly cluster: Cluster;
  private readonly release: ReadinessInputs;
  private readonly stored: ReleaseRecord | undefined;

  /** @param stored what the state has of the release: a verdict ends an attempt */
  constructor(cluster: Cluster, release: ReadinessInputs, stored: ReleaseRecord | undefined) {
    this.cluster = cluster;
    this.release = release;
    this.stored = stored;
  }

  /** Runs what proves it. */
  async find(options: WaitOptions): Promise<TimedFound> {
    const startedAt = new Date().toISOString();
    const began = performance.now();
    const found = await this.#find(options);
    return { found, startedAt, seconds: (performance.now() - began) / 1000 };
  }

  async #find(options: WaitOptions): Promise<Found> {
    const cronJob = await answered(() => this.cronJob(options.signal), options.signal);
    const failed = judgeCronJob(this.release, cronJob);
    if (failed !== undefined || cronJob === undefined) {
      return { verdict: failed ?? missing(), cronJob };
    }
    if (this.release.prove === "accepted") {
      return { verdict: { kind: "ready", replicaSet: nameOf(cronJob), pods: [] }, cronJob };
    }
    const name = proofJobName(this.release, this.stored);
    try {
      const made = { name, retries: this.release.tolerate?.restarts };
      const job = await startedJob(this.cluster, cronJob, made, options.signal);
      return await this.#awaited(cronJob, job, options);
    } catch (error) {
      return { verdict: refusedJob(error, name), cronJob };
    }
  }

  async #awaited(cronJob: CronJob, job: Job, options: WaitOptions): Promise<Found> {
    options.progress(`runs job ${nameOf(job)}`);
    const awaited = this.awaited(job, options);
    const { verdict, observed } = await awaitVerdict(awaited, options);
    const { object } = observed;
    const found = { cronJob, job: (object as Job | undefined) ?? job, observed };
    if (verdict.kind === "failed") {
      return { ...found, verdict: withTries(verdict, job, cronJob) };
    }
    // What was applied may be somebody else's by now.
    const changed = judgeCronJob(this.release, await this.cronJob(options.signal));
    const crashed = sidecarCrash(observed.pods, this.release);
    const pods = provedPods(observed.pods, this.release);
    return {
      ...found,
      verdict: changed ?? crashed ?? { kind: "ready", replicaSet: nameOf(job), pods },
    };
  }

  /** What is left of the run when there is a verdict; a Job that cannot be deleted goes by itself later. */
  async clear({ job }: Pick<Found, "job">, signal: AbortSignal): Promise<void> {
    if (job !== undefined) {
      await removeJob(this.cluster, job, signal).catch(() => undefined);
    }
  }

  /** The Job of the run, as what is waited for. */
  awaited(job: Job, { timeoutSeconds }: WaitOptions): AwaitedObject {
    const { release } = this;
    const { namespace, service, warmupSeconds, tolerate, logs } = release;
    const own = (job.spec?.activeDeadlineSeconds ?? 0) + MARGIN_SECONDS;
    const least = release.timeoutSeconds === undefined ? own : 0;
    const given = {
      ...(warmupSeconds !== undefined && { warmupSeconds }),
      ...(tolerate !== undefined && { tolerate }),
      ...(logs !== undefined && { logs }),
    };
    return new AwaitedObject(
      this.cluster,
      {
        apiVersion: "batch/v1",
        kind: "Job",
        namespace,
        name: nameOf(job),
        uid: job.metadata?.uid ?? "",
        deadlineSeconds: Math.max(limitSeconds(release, timeoutSeconds), least),
        ...given,
      },
      service,
    );
  }

  async cronJob(signal: AbortSignal): Promise<CronJob | undefined> {
    const { namespace, deployment } = this.release;
    return (await this.cluster.deployment(namespace, deployment, signal)) as CronJob | undefined;
  }
}

/** What a Job takes to say that its own deadline has passed. */
const MARGIN_SECONDS = 60;

/** A verdict on a Job that was retried less often than a run that goes by the table. */
function withTries(failed: Failed, job: Job, cronJob: CronJob): Failed {
  const retries = cutRetries(job, cronJob);
  const { backoffLimit = 0 } = job.spec ?? {};
  if (retries === undefined || failed.reason !== "job-failed") {
    return failed;
  }
  const note = `the proof was retried ${backoffLimit === 1 ? "once" : `${backoffLimit} times`} at most, a run by its times is retried ${retries} times (backoffLimit); tolerate.restarts says how often the proof is`;
  return { ...failed, notes: [...(failed.notes ?? []), note] };
}

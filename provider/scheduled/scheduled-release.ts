import type { Evidence } from "../../contract/evidence.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord, RunningRelease } from "../../contract/release-record.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import type { Cluster } from "../cluster.ts";
import { AwaitedObject } from "../object-readiness/awaited-object.ts";
import { AwaitedRelease } from "../readiness/awaited-release.ts";
import { afterLook, afterVerdict } from "../readiness/history.ts";
import { limitSeconds } from "../readiness/limit.ts";
import { tellNotes } from "../readiness/notes.ts";
import { evidenceAfterLook, recordOf } from "../readiness/record.ts";
import { keptText, nextState, outputsOf, type Stored } from "../readiness/state.ts";
import type { Run } from "../resource.ts";
import { newMark } from "../rollback/mark.ts";
import type { ObservedObject } from "../verdict/awaited-object.ts";
import type { Failed, FinalVerdict } from "../verdict/finding.ts";
import { asDeployment, type CronJob, type Job, nameOf, UNSEEN } from "../verdict/objects.ts";
import { answered } from "../waiting/answered.ts";
import { type Report, reportOf } from "../waiting/report.ts";
import type { Waited } from "../waiting/resource.ts";
import { awaitVerdict, type WaitOptions } from "../waiting/wait.ts";
import { isOver, judgeCronJob, missing, provedPods, refusedJob, sidecarCrash } from "./judge.ts";
import { cutRetries, proofJobName, removeJob, startedJob } from "./proof-job.ts";
import { planSchedule, restoreSchedule } from "./restore.ts";

const OWN = ["release", "lastReady", "lastReadyTemplate", "history"] as const;

/** What was found of a release, and of the Job that was to prove it. */
interface Found {
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

/**
 * A release that a CronJob delivers: proved by a run of it, as of `kubectl create job --from`, or by the API server's
 * acceptance alone. One that fails gets its earlier template back.
 */
export class ScheduledRelease {
  readonly #cluster: Cluster;

  private readonly run: Run;
  private readonly release: ReadinessInputs;
  private readonly stored: Stored;

  constructor(run: Run, release: ReadinessInputs, stored: Stored) {
    this.run = run;
    this.release = release;
    this.stored = stored;
    this.#cluster = run.cluster();
  }

  /** @param known what is known of it already; without it, the release is proved now */
  async prove(subject: Subject, options: WaitOptions, known?: TimedFound): Promise<Waited> {
    const { release, stored } = this;
    const timed = known ?? (await this.find(options));
    const { found, seconds } = timed;
    const { verdict, cronJob } = found;
    const record = this.recordOf(timed);
    const template =
      verdict.kind === "ready" && cronJob ? keptText(cronJob.spec.jobTemplate) : undefined;
    const state = nextState(record, stored, afterVerdict(stored.history, record), template);
    if (verdict.kind === "ready") {
      tellNotes(subject, release, verdict);
      await this.#clear(found, options.signal);
      return { own: outputsOf(state) };
    }
    const { message, running, evidence } = await this.#fail(
      subject,
      found,
      verdict,
      verdict.reason === "group-failed" ? undefined : seconds,
      options,
    );
    const own = outputsOf({ ...state, release: { ...record, running, evidence } });
    return { own, failure: message };
  }

  /** Runs what proves it. */
  async find(options: WaitOptions): Promise<TimedFound> {
    const startedAt = new Date().toISOString();
    const began = performance.now();
    const found = await this.#find(options);
    return { found, startedAt, seconds: (performance.now() - began) / 1000 };
  }

  /**
   * What is found of it when a different member of its group has failed: it runs nothing.
   *
   * @param proved what has proved it at its turn, if this run did
   */
  async lookFor(
    finding: Failed,
    proved: TimedFound | undefined,
    { signal }: WaitOptions,
  ): Promise<TimedFound> {
    const cronJob = await answered(() => this.#cronJob(signal), signal);
    const verdict = judgeCronJob(this.release, cronJob) ?? finding;
    const job = proved?.found.job;
    const found = { verdict, cronJob, ...(job && { job }) };
    return { found, startedAt: new Date().toISOString(), seconds: 0 };
  }

  recordOf({ found, ...wait }: TimedFound): ReleaseRecord {
    const { verdict, cronJob, observed, job } = found;
    const shown = { ...UNSEEN, deployment: asDeployment(cronJob), pods: observed?.pods ?? [] };
    const made = recordOf(this.release, { verdict, observed: shown }, wait, this.stored.release);
    return { ...made, replicaSet: made.replicaSet ?? (job ? nameOf(job) : null) };
  }

  /** What is known of it by a look that runs nothing: what was proved stays so while the CronJob is as it was applied. */
  async look({ log }: Pick<Subject, "log">, outputs: Properties, options: WaitOptions) {
    const { release, stored } = this;
    const cronJob = await this.#cronJob(options.signal);
    const verdict = judgeCronJob(release, cronJob);
    if (verdict === undefined) {
      return Object.fromEntries(OWN.map((key) => [key, outputs[key]]));
    }
    const { startedAt = new Date().toISOString(), seconds = 0 } = stored.release ?? {};
    const judgement = { verdict, observed: { ...UNSEEN, deployment: asDeployment(cronJob) } };
    const record = recordOf(release, judgement, { startedAt, seconds }, stored.release);
    const { text, evidence } = await this.#report(
      { verdict, cronJob },
      verdict,
      undefined,
      undefined,
      options,
    );
    log.warn(text);
    const seen = { ...record, evidence: evidenceAfterLook(record, stored.release, evidence) };
    const { lastReadyTemplate } = stored;
    return outputsOf(nextState(seen, stored, afterLook(stored.history, seen), lastReadyTemplate));
  }

  async #find(options: WaitOptions): Promise<Found> {
    const cronJob = await answered(() => this.#cronJob(options.signal), options.signal);
    const failed = judgeCronJob(this.release, cronJob);
    if (failed !== undefined || cronJob === undefined) {
      return { verdict: failed ?? missing(), cronJob };
    }
    if (this.release.prove === "accepted") {
      return { verdict: { kind: "ready", replicaSet: nameOf(cronJob), pods: [] }, cronJob };
    }
    const name = proofJobName(this.release, this.stored.release);
    try {
      const made = { name, retries: this.release.tolerate?.restarts };
      const job = await startedJob(this.#cluster, cronJob, made, options.signal);
      return await this.#awaited(cronJob, job, options);
    } catch (error) {
      return { verdict: refusedJob(error, name), cronJob };
    }
  }

  async #awaited(cronJob: CronJob, job: Job, options: WaitOptions): Promise<Found> {
    options.progress(`runs job ${nameOf(job)}`);
    const awaited = this.#job(job, options);
    const { verdict, observed } = await awaitVerdict(awaited, options);
    const { object } = observed;
    const found = { cronJob, job: (object as Job | undefined) ?? job, observed };
    if (verdict.kind === "failed") {
      return { ...found, verdict: withTries(verdict, job, cronJob) };
    }
    // What was applied may be somebody else's by now.
    const changed = judgeCronJob(this.release, await this.#cronJob(options.signal));
    const crashed = sidecarCrash(observed.pods, this.release);
    const pods = provedPods(observed.pods, this.release);
    return {
      ...found,
      verdict: changed ?? crashed ?? { kind: "ready", replicaSet: nameOf(job), pods },
    };
  }

  async #fail(
    subject: Subject,
    found: Found,
    finding: Failed,
    seconds: number | undefined,
    options: WaitOptions,
  ): Promise<{ message: string; running: RunningRelease | null; evidence: Evidence }> {
    const { release } = this;
    const plan = planSchedule(release, finding, this.stored, found.cronJob);
    const note = plan.kind === "stay" ? plan.why : undefined;
    const { text, evidence } = await this.#report(found, finding, seconds, note, options);
    // A run that has ended shows why it failed; one that went well has nothing to show.
    const isShown = isOver(found.job) && finding.reason !== "group-failed";
    if (finding.reason !== "interrupted" && !isShown) {
      await this.#clear(found, options.signal);
    }
    if (plan.kind === "stay" || found.cronJob === undefined) {
      return { message: text, running: null, evidence };
    }
    // Reported before anything is touched: whatever becomes of the rollback, this is not lost.
    subject.log.warn(text);
    const mark = newMark(release, finding.reason);
    const { running, report } = await restoreSchedule(
      this.#cluster,
      release,
      found.cronJob,
      { ...plan, mark },
      options.signal,
    );
    const [headline = ""] = text.split("\n");
    return { message: `${headline}\n${report}`, running, evidence };
  }

  #report(
    { job, observed }: Found,
    finding: Failed,
    seconds: number | undefined,
    note: string | undefined,
    options: WaitOptions,
  ): Promise<Report> {
    const { context, signal } = this.run;
    const what = { finding, seconds, note };
    return job !== undefined && observed !== undefined
      ? reportOf(this.#job(job, options), context(), { ...what, observed }, signal)
      : reportOf(
          new AwaitedRelease(this.#cluster, this.release),
          context(),
          { ...what, observed: UNSEEN },
          signal,
        );
  }

  /** What is left of the run when there is a verdict; a Job that cannot be deleted goes by itself later. */
  async #clear({ job }: Found, signal: AbortSignal): Promise<void> {
    if (job !== undefined) {
      await removeJob(this.#cluster, job, signal).catch(() => undefined);
    }
  }

  #job(job: Job, { timeoutSeconds }: WaitOptions): AwaitedObject {
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
      this.#cluster,
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

  async #cronJob(signal: AbortSignal): Promise<CronJob | undefined> {
    const { namespace, deployment } = this.release;
    return (await this.#cluster.deployment(namespace, deployment, signal)) as CronJob | undefined;
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

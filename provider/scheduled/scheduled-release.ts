import type { Evidence } from "../../contract/evidence.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord, RunningRelease } from "../../contract/release-record.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import { AwaitedRelease } from "../readiness/awaited-release.ts";
import { afterLook, afterVerdict } from "../readiness/history.ts";
import { tellNotes } from "../readiness/notes.ts";
import { evidenceAfterLook, recordOf } from "../readiness/record.ts";
import { keptText, nextState, outputsOf, type Stored } from "../readiness/state.ts";
import type { Run } from "../resource.ts";
import { newMark } from "../rollback/mark.ts";
import type { Failed } from "../verdict/finding.ts";
import { asDeployment, nameOf, UNSEEN } from "../verdict/objects.ts";
import { answered } from "../waiting/answered.ts";
import { type Report, reportOf } from "../waiting/report.ts";
import type { Waited } from "../waiting/resource.ts";
import type { WaitOptions } from "../waiting/wait.ts";
import { isOver, judgeCronJob } from "./judge.ts";
import { type Found, ProofRun, type TimedFound } from "./proof-run.ts";
import { planSchedule, restoreSchedule } from "./restore.ts";

const OWN = ["release", "lastReady", "lastReadyTemplate", "history"] as const;

/**
 * A release that a CronJob delivers: proved by a run of it, as of `kubectl create job --from`, or by the API server's
 * acceptance alone. One that fails gets its earlier template back.
 */
export class ScheduledRelease {
  readonly #proof: ProofRun;

  private readonly run: Run;
  private readonly release: ReadinessInputs;
  private readonly stored: Stored;

  constructor(run: Run, release: ReadinessInputs, stored: Stored) {
    this.run = run;
    this.release = release;
    this.stored = stored;
    this.#proof = new ProofRun(run.cluster(), release, stored.release);
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
      await this.#proof.clear(found, options.signal);
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
  find(options: WaitOptions): Promise<TimedFound> {
    return this.#proof.find(options);
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
    const cronJob = await answered(() => this.#proof.cronJob(signal), signal);
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
    const cronJob = await this.#proof.cronJob(options.signal);
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
      await this.#proof.clear(found, options.signal);
    }
    if (plan.kind === "stay" || found.cronJob === undefined) {
      return { message: text, running: null, evidence };
    }
    // Reported before anything is touched: whatever becomes of the rollback, this is not lost.
    subject.log.warn(text);
    const mark = newMark(release, finding.reason);
    const { running, report } = await restoreSchedule(
      this.run.cluster(),
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
      ? reportOf(this.#proof.awaited(job, options), context(), { ...what, observed }, signal)
      : reportOf(
          new AwaitedRelease(this.run.cluster(), this.release),
          context(),
          { ...what, observed: UNSEEN },
          signal,
        );
  }
}

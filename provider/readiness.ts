import type { Evidence } from "../contract/evidence.ts";
import { readinessInputs, type ReadinessInputs } from "../contract/readiness.ts";
import type { RunningRelease } from "../contract/release-record.ts";
import { parsed } from "./input-schema.ts";
import { changesOf } from "./readiness/changes.ts";
import { afterLook, afterVerdict } from "./readiness/history.ts";
import { type Begun, firstLook, presentDeployment } from "./readiness/first-look.ts";
import { isGone } from "./readiness/presence.ts";
import type { Judgements } from "./member/judgements.ts";
import { memberJudgement, untouchedState } from "./member/member-judgement.ts";
import { tellNotes } from "./readiness/notes.ts";
import { evidenceAfterLook, recordOf, warningsAfterLook } from "./readiness/record.ts";
import { AwaitedRelease } from "./readiness/awaited-release.ts";
import { judgeRelease } from "./readiness/judge-release.ts";
import {
  nextState,
  outputsOf,
  stateOf,
  type Stored,
  templateAfterLook,
  templateIn,
} from "./readiness/state.ts";
import { provedScrapes } from "./monitoring/scrape-proof.ts";
import { haltedRelease } from "./rollback/halted.ts";
import { pendingState, unappliedRelease } from "./readiness/unapplied.ts";
import { secondDigest } from "./readiness/second-digest.ts";
import { Registry } from "./registry/registry.ts";
import { RELEASE_RESOURCE } from "./readiness/release-resource.ts";
import type { Run } from "./resource.ts";
import { markOf } from "./rollback/mark.ts";
import { planRollback } from "./rollback/plan.ts";
import { isAskedAnew, retry } from "./rollback/retry.ts";
import { type ReleaseCase, rollBack, type Tools } from "./rollback/rollback.ts";
import { standingOf } from "./rollback/standing.ts";
import { ScheduledRelease } from "./scheduled/scheduled-release.ts";
import { gone, outlook, REMEDY } from "./release-words.ts";
import type { Deployment } from "./verdict/objects.ts";
import { type Report, reportOf } from "./waiting/report.ts";
import type { AwaitedType, Waited } from "./waiting/resource.ts";
import { presentVerdict, type WaitOptions } from "./waiting/wait.ts";
import type { Change, Properties, Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/**
 * `slipway:index:Readiness`: waits until a release is proved to be healthy, and keeps its record.
 * It creates nothing in the cluster. A failed release is replaced by the last one that was ready; everything else is
 * only read.
 */
export class Readiness implements AwaitedType {
  readonly identity = RELEASE_RESOURCE.identity;
  readonly check = RELEASE_RESOURCE.check;
  readonly isReady = RELEASE_RESOURCE.isReady;
  readonly idOf = RELEASE_RESOURCE.idOf;
  readonly own = ["release", "lastReady", "lastReadyTemplate", "history"] as const;
  readonly #run: Run;
  readonly #judgements: Judgements;

  /** @param judgements what members of groups were found to be at their turns */
  constructor(run: Run, judgements: Judgements) {
    this.#run = run;
    this.#judgements = judgements;
  }

  async changes(_subject: Subject, change: Change): Promise<string[]> {
    return (await isGone(this.#run, change))
      ? [this.own[0]]
      : changesOf(change.oldInputs, change.news);
  }

  async expected({ name, log }: Subject, news: Properties, stored?: Change): Promise<Properties> {
    const { release } = stateOf(stored?.oldOutputs ?? {});
    if (release?.verdict === "failed") {
      // The engine compares with what it applied itself, and would call a Deployment unchanged that was rolled back.
      const anew = stored !== undefined && isAskedAnew(stored.oldOutputs, news);
      log.warn(outlook(name, release, news, anew));
    } else if (stored !== undefined && (await isGone(this.#run, stored))) {
      log.warn(gone(name, news));
    }
    return Object.fromEntries(this.own.map((key) => [key, UNKNOWN]));
  }

  /** A failure is reported at once, but left to the program if it is to fail the run later. */
  async wait(
    subject: Subject,
    inputs: Properties,
    outputs: Properties | undefined,
    options: WaitOptions,
  ): Promise<Waited> {
    const release = parsed(readinessInputs, inputs);
    const stored = stateOf(outputs ?? {});
    const untouched = untouchedState(release, stored);
    if (untouched !== undefined) {
      return { own: outputsOf(untouched) };
    }
    // A member was tried again at its turn.
    const anew = release.group === undefined && isAskedAnew(outputs ?? {}, inputs);
    if (release.migrated?.halt) {
      const halted = await haltedRelease(release, release.migrated, stored, this.#tools(options));
      return this.#late(subject, inputs, halted, options);
    }
    if (release.handOff?.pullRequest !== undefined) {
      return { own: pendingState(stored) };
    }
    if (release.handOff?.failure !== undefined) {
      const unapplied = unappliedRelease(release, release.handOff.failure, stored);
      return this.#late(subject, inputs, unapplied, options);
    }
    const bounds = { ...options, startedAt: performance.now() };
    const cluster = this.#run.cluster();
    const again = anew ? await retry(cluster, subject, release, stored, bounds) : undefined;
    const waited = await this.#prove(subject, release, stored, { ...bounds, again });
    return this.#late(subject, inputs, waited, options);
  }

  #late(
    { log }: Subject,
    { failsLate }: Properties,
    waited: Waited,
    { signal }: WaitOptions,
  ): Waited {
    const { own, failure } = waited;
    if (failure === undefined || failsLate !== true || signal.aborted) {
      return waited;
    }
    log.error(failure);
    return { own };
  }

  async look(
    { log }: Subject,
    inputs: Properties,
    outputs: Properties,
    options: WaitOptions,
  ): Promise<Properties> {
    const release = parsed(readinessInputs, inputs);
    const stored = stateOf(outputs);
    const { failure, pullRequest } = release.handOff ?? {};
    const isUnjudged = release.migrated?.halt ?? failure ?? pullRequest;
    if (isUnjudged !== undefined && stored.release !== undefined) {
      return outputsOf({ ...stored, release: stored.release });
    }
    const mark = markOf(
      release,
      await presentDeployment(this.#run.cluster(), release, options.signal),
    );
    if (mark !== undefined) {
      const { state, report } = await standingOf(release, mark, stored, this.#tools(options));
      log.warn(report);
      return outputsOf(state);
    }
    if (release.deployment.kind === "CronJob") {
      return new ScheduledRelease(this.#run, release, stored).look({ log }, outputs, options);
    }
    const awaited = new AwaitedRelease(this.#run.cluster(), release);
    const judged = await presentVerdict(awaited, options.signal);
    const asking = { ...options, wait: false };
    const scraped = await provedScrapes(this.#run.cluster(), release, judged, asking);
    const judgement = { ...judged, ...scraped };
    const { verdict, observed } = judgement;
    const { startedAt = new Date().toISOString(), seconds = 0 } = stored.release ?? {};
    let record = recordOf(release, judgement, { startedAt, seconds }, stored.release);
    if (verdict.kind === "failed") {
      const found = { release, finding: verdict, observed, seconds: undefined };
      const report = await this.#report(found);
      log.warn(report.text);
      record = { ...record, evidence: evidenceAfterLook(record, stored.release, report.evidence) };
    } else {
      tellNotes({ log }, release, verdict);
    }
    record = { ...record, warnings: warningsAfterLook(record, stored.release, judgement.isSilent) };
    const template = templateAfterLook(release, record, stored, observed);
    return outputsOf(nextState(record, stored, afterLook(stored.history, record), template));
  }

  async #prove(
    subject: Subject,
    asked: ReadinessInputs,
    stored: Stored,
    { again, ...options }: Begun & { readonly again: ReadinessInputs | undefined },
  ): Promise<Waited> {
    const now = new Date().toISOString();
    const tools = this.#tools(options);
    const deployment = await firstLook(this.#run.cluster(), asked, options);
    const refused = await this.#refusal(asked, stored, deployment, tools);
    if (refused !== undefined) {
      return refused;
    }
    const at = { run: this.#run, stored, options };
    const known = await memberJudgement(asked, this.#judgements, at);
    const { release, judged } = known ?? { release: asked };
    if (release.deployment.kind === "CronJob") {
      const found = judged && "scheduled" in judged ? judged.scheduled : undefined;
      return new ScheduledRelease(this.#run, release, stored).prove(subject, options, found);
    }
    const beginning = { again, stored, deployment };
    const { startedAt, judgement } =
      judged && "judgement" in judged
        ? judged
        : {
            startedAt: now,
            judgement: await judgeRelease(tools.cluster, subject, release, beginning, tools),
          };
    const { verdict, observed, seconds } = judgement;
    // The look before the wait may have had no answer.
    const late = await this.#refusal(release, stored, observed.deployment, tools);
    if (late !== undefined) {
      return late;
    }
    const record = recordOf(release, judgement, { startedAt, seconds }, stored.release);
    const template =
      verdict.kind === "ready" ? templateIn(observed, verdict.replicaSet) : undefined;
    const state = nextState(record, stored, afterVerdict(stored.history, record), template);
    if (verdict.kind === "ready") {
      tellNotes(subject, release, verdict);
      const told = await secondDigest(
        release,
        verdict.pods,
        new Registry(undefined, options.signal),
      );
      if (told !== undefined) {
        subject.log.info(told);
      }
      return { own: outputsOf(state) };
    }
    const took = verdict.reason === "group-failed" ? undefined : seconds;
    const found = { release, finding: verdict, observed, seconds: took };
    const { message, running, evidence } = await this.#fail(subject, found, stored, tools);
    const own = outputsOf({ ...state, release: { ...record, running, evidence } });
    return { own, failure: message };
  }

  /** Of a release that was rolled back: the Deployment shows a different one. */
  async #refusal(
    release: ReadinessInputs,
    stored: Stored,
    deployment: Deployment | undefined,
    tools: Tools,
  ): Promise<Waited | undefined> {
    const mark = markOf(release, deployment);
    if (mark === undefined) {
      return undefined;
    }
    const { state, report } = await standingOf(release, mark, stored, tools);
    return { own: outputsOf(state), failure: `${report}\nnext: ${REMEDY}` };
  }

  /** Reports what was found, and restores the last release that was ready if that is called for. */
  async #fail(
    subject: Subject,
    failure: ReleaseCase,
    stored: Stored,
    tools: Tools,
  ): Promise<{ message: string; running: RunningRelease | null; evidence: Evidence }> {
    const { release, finding, observed } = failure;
    const plan = planRollback(release, finding, stored, observed);
    if (plan.kind === "stay") {
      const { text, evidence } = await this.#report({ ...failure, note: plan.why });
      return { message: text, running: null, evidence };
    }
    const { text, evidence } = await this.#report({ ...failure, deletesPods: true });
    // Reported before anything is touched: whatever becomes of the rollback, this is not lost.
    subject.log.warn(text);
    const { running, report: outcome } = await rollBack(failure, plan, tools);
    const [headline = ""] = text.split("\n");
    return { message: `${headline}\n${outcome}`, running, evidence };
  }

  #tools(options: WaitOptions): Tools {
    const explain = async (found: ReleaseCase) => (await this.#report(found)).text;
    const { context } = this.#run;
    return { ...options, cluster: this.#run.cluster(), context, explain };
  }

  #report(found: ReleaseCase): Promise<Report> {
    const { cluster, context, signal } = this.#run;
    return reportOf(new AwaitedRelease(cluster(), found.release), context(), found, signal);
  }
}

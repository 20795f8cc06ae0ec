import type { Evidence } from "../contract/evidence.ts";
import { readinessInputs, type ReadinessInputs } from "../contract/readiness.ts";
import type { RunningRelease } from "../contract/release-record.ts";
import type { Cluster } from "./cluster.ts";
import { faultsOf, parsed } from "./input-schema.ts";
import { changesOf } from "./readiness/changes.ts";
import { afterLook, afterVerdict } from "./readiness/history.ts";
import { limitSeconds } from "./readiness/limit.ts";
import { evidenceAfterLook, recordOf } from "./readiness/record.ts";
import { AwaitedRelease } from "./readiness/awaited-release.ts";
import {
  judgedInputs,
  nextState,
  NOTHING,
  outputsOf,
  type State,
  stateOf,
  type Stored,
  unknownOutputs,
} from "./readiness/state.ts";
import { resumption } from "./readiness/resumption.ts";
import { secondDigest } from "./readiness/second-digest.ts";
import { Registry } from "./registry/registry.ts";
import type { Resource } from "./resource.ts";
import { markOf } from "./rollback/mark.ts";
import { planRollback } from "./rollback/plan.ts";
import { hasOtherRules, retried } from "./rollback/retry.ts";
import { type ReleaseCase, rollBack, type Tools } from "./rollback/rollback.ts";
import { standingOf } from "./rollback/standing.ts";
import { called, outlook } from "./release-words.ts";
import type { ProvedPod } from "./verdict/finding.ts";
import type { Deployment } from "./verdict/objects.ts";
import { Limit } from "./waiting/limit.ts";
import { type Report, reportOf } from "./waiting/report.ts";
import { awaitVerdict, presentVerdict } from "./waiting/wait.ts";
import { type Properties, PartialFailure, type Subject } from "../wire/plugin.ts";

/** What is known of a release from before, and whether its verdict is asked for by other rules now. */
type Prior = Stored & { readonly anew?: boolean };

/** What a registry knows of a second digest is a remark: the verdict does not wait long for it. */
const REGISTRY_MILLISECONDS = 5000;

/**
 * `slipway:index:Readiness`: waits until a release is proved to be healthy, and keeps its record.
 * It makes nothing in the cluster. A release that fails makes way for the last one that was ready; everything else
 * is only read.
 */
export class Readiness implements Resource {
  private readonly cluster: () => Cluster;
  private readonly context: () => string;
  private readonly signal: AbortSignal;

  /**
   * @param cluster what is watched
   * @param context its context, for the commands in the evidence
   * @param signal interrupts all waits
   */
  constructor(cluster: () => Cluster, context: () => string, signal: AbortSignal) {
    this.cluster = cluster;
    this.context = context;
    this.signal = signal;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: news,
    failures: faultsOf(readinessInputs, news),
  });

  /** A stored verdict that is not `ready` is a change: a failure is judged again, whatever was lost of it. */
  diff: Resource["diff"] = (_subject, { oldInputs, oldOutputs, news }) => {
    const { changed, replaces } = changesOf(oldInputs, news);
    const judged = stateOf(oldOutputs).release?.verdict === "ready";
    return { changed: judged ? changed : [...changed, "release"], replaces };
  };

  create: Resource["create"] = async (subject, { inputs, preview, timeoutSeconds }) => {
    const outputs = preview
      ? unknownOutputs(inputs)
      : await this.#judge(subject, inputs, NOTHING, timeoutSeconds);
    return { id: idOf(inputs), outputs };
  };

  update: Resource["update"] = async (subject, args) => {
    const { oldInputs, oldOutputs, news, preview, timeoutSeconds } = args;
    const anew = hasOtherRules(judgedInputs(oldOutputs, oldInputs), news);
    const stored = { ...stateOf(oldOutputs), anew };
    if (!preview) {
      return this.#judge(subject, news, stored, timeoutSeconds);
    }
    if (stored.release?.verdict === "failed") {
      // The engine compares with what it applied itself, and would call a Deployment unchanged that was rolled back.
      subject.log.warn(outlook(subject.name, stored.release, news, anew));
    }
    return unknownOutputs(news);
  };

  /** Judges again without waiting. An unhealthy release is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, outputs, inputs: kept }) => {
    const inputs = judgedInputs(outputs, kept);
    const release = parsed(readinessInputs, inputs);
    const stored = stateOf(outputs);
    const mark = markOf(release, await this.#deployment(release, this.signal));
    if (mark !== undefined) {
      const { state, report } = await standingOf(release, mark, stored, this.#tools(subject, 0));
      subject.log.warn(report);
      return { id, inputs, outputs: outputsOf(inputs, state) };
    }
    const judgement = await presentVerdict(
      new AwaitedRelease(this.cluster(), release),
      this.signal,
    );
    const { verdict, observed } = judgement;
    const wait = {
      startedAt: stored.release?.startedAt ?? new Date().toISOString(),
      seconds: stored.release?.seconds ?? 0,
    };
    let record = recordOf(release, judgement, wait, stored.release);
    if (verdict.kind === "failed") {
      const seconds = undefined;
      const report = await this.#report({ release, finding: verdict, observed, seconds });
      subject.log.warn(report.text);
      record = { ...record, evidence: evidenceAfterLook(record, stored.release, report.evidence) };
    }
    const history = afterLook(stored.history, record);
    return { id, inputs, outputs: outputsOf(inputs, nextState(record, stored.lastReady, history)) };
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  /** The outputs with the verdict. A failed one is thrown, but where the program is to fail the run later. */
  async #judge(
    subject: Subject,
    inputs: Properties,
    stored: Prior,
    timeoutSeconds: number,
  ): Promise<Properties> {
    try {
      return await this.#prove(subject, inputs, stored, timeoutSeconds);
    } catch (error) {
      const isLate = inputs["failsLate"] === true && !this.signal.aborted;
      if (!isLate || !(error instanceof PartialFailure)) {
        throw error;
      }
      subject.log.error(error.message);
      return error.outputs;
    }
  }

  async #prove(
    subject: Subject,
    inputs: Properties,
    stored: Prior,
    timeoutSeconds: number,
  ): Promise<Properties> {
    const began = performance.now();
    const startedAt = new Date().toISOString();
    const release = parsed(readinessInputs, inputs);
    const tools = this.#tools(subject, timeoutSeconds);
    const until = began + limitSeconds(release, timeoutSeconds) * 1000;
    const deployment = await this.#firstLook(release, until);
    const again = stored.anew === true && (await this.#retry(subject, release, stored, deployment));
    if (!again) {
      await this.#refuse(release, inputs, stored, deployment, tools);
    }
    const awaited = new AwaitedRelease(this.cluster(), again || release);
    const resumed = resumption(release, stored.release, deployment, performance.timeOrigin);
    if (resumed !== undefined) {
      subject.log.info(resumed);
    }
    const judgement = await awaitVerdict(awaited, { ...tools, startedAt: began });
    const { verdict, observed } = judgement;
    // The look before the wait may have had no answer.
    await this.#refuse(release, inputs, stored, observed.deployment, tools);
    const seconds = (performance.now() - began) / 1000;
    const record = recordOf(release, judgement, { startedAt, seconds }, stored.release);
    const history = afterVerdict(stored.history, record);
    const state = nextState(record, stored.lastReady, history);
    if (verdict.kind === "ready") {
      await this.#tellSecondDigest(subject, release, verdict.pods);
      return outputsOf(inputs, state);
    }
    const failure = { release, finding: verdict, observed, seconds };
    const { message, running, evidence } = await this.#fail(subject, failure, stored, tools);
    throw failureOf(message, inputs, { ...state, release: { ...record, running, evidence } });
  }

  /** The release by its new generation, if it was rolled back and could be applied again. */
  async #retry(
    { log }: Subject,
    release: ReadinessInputs,
    stored: Stored,
    deployment: Deployment | undefined,
  ): Promise<ReadinessInputs | undefined> {
    if (markOf(release, deployment) === undefined) {
      return undefined;
    }
    const again = await retried(this.cluster(), release, stored.release, this.signal);
    if (again !== undefined) {
      log.info(
        `${release.service}: tries ${called(release)} again, by other rules for its verdict`,
      );
    }
    return again;
  }

  async #tellSecondDigest(
    { log }: Subject,
    release: ReadinessInputs,
    pods: readonly ProvedPod[],
  ): Promise<void> {
    const timeout = AbortSignal.timeout(REGISTRY_MILLISECONDS);
    const registry = new Registry(undefined, AbortSignal.any([this.signal, timeout]));
    const told = await secondDigest(release, pods, registry);
    if (told !== undefined) {
      log.info(told);
    }
  }

  /** @throws PartialFailure for a release that was rolled back: what the Deployment shows is another one */
  async #refuse(
    release: ReadinessInputs,
    inputs: Properties,
    stored: Stored,
    deployment: Deployment | undefined,
    tools: Tools,
  ): Promise<void> {
    const mark = markOf(release, deployment);
    if (mark !== undefined) {
      const { state, report, remedy } = await standingOf(release, mark, stored, tools);
      throw failureOf(`${report}\n${remedy}`, inputs, state);
    }
  }

  /** Tells what was found, and puts the last release that was ready back where that is called for. */
  async #fail(
    subject: Subject,
    failure: ReleaseCase,
    { lastReady }: Stored,
    tools: Tools,
  ): Promise<{ message: string; running: RunningRelease | null; evidence: Evidence }> {
    const { release, finding, observed } = failure;
    const plan = planRollback(release, finding, lastReady, observed);
    if (plan.kind === "stay") {
      const { text, evidence } = await this.#report({ ...failure, note: plan.why });
      return { message: text, running: null, evidence };
    }
    const { text, evidence } = await this.#report(failure);
    // Told before anything is touched: whatever becomes of the rollback, this is not lost.
    subject.log.warn(text);
    const { running, report: outcome } = await rollBack(failure, plan, tools);
    const [headline = ""] = text.split("\n");
    return { message: `${headline}\n${outcome}`, running, evidence };
  }

  /** The look before the wait takes none of its time in addition. */
  async #firstLook(release: ReadinessInputs, until: number): Promise<Deployment | undefined> {
    const limit = new Limit(until, this.signal);
    try {
      return await limit.within(this.#deployment(release, limit.signal));
    } finally {
      limit.close();
    }
  }

  /** The Deployment, as far as the cluster answers; if it does not, the wait will say so. */
  async #deployment(
    { namespace, deployment }: ReadinessInputs,
    signal: AbortSignal,
  ): Promise<Deployment | undefined> {
    const look = this.cluster().deployment(namespace, deployment.name, signal);
    return look.catch(() => undefined);
  }

  #tools(subject: Subject, timeoutSeconds: number): Tools {
    return {
      cluster: this.cluster(),
      signal: this.signal,
      timeoutSeconds,
      progress: (text) => {
        subject.log.status(text);
      },
      explain: async (found) => (await this.#report(found)).text,
    };
  }

  #report(found: ReleaseCase): Promise<Report> {
    const awaited = new AwaitedRelease(this.cluster(), found.release);
    return reportOf(awaited, this.context(), found, this.signal);
  }
}

function idOf({ namespace, deployment }: Properties): string {
  const { name } = (deployment ?? {}) as { readonly name?: string };
  return `${String(namespace)}/${name ?? ""}`;
}

function failureOf(message: string, inputs: Properties, state: State): PartialFailure {
  return new PartialFailure(message, idOf(inputs), outputsOf(inputs, state));
}

import type { Evidence } from "../contract/evidence.ts";
import {
  objectReadinessInputs,
  type ObjectReadinessInputs,
  type ObjectRecord,
} from "../contract/object-readiness.ts";
import { changedPaths, parsed } from "./input-schema.ts";
import { checkInputs } from "./object-readiness/inputs.ts";
import { AwaitedObject } from "./object-readiness/awaited-object.ts";
import type { Run } from "./resource.ts";
import { type ObservedObject, titleOf } from "./verdict/awaited-object.ts";
import type { Summary } from "./verdict/course.ts";
import { type Report, reportOf } from "./waiting/report.ts";
import type { AwaitedType, Waited } from "./waiting/resource.ts";
import { awaitVerdict, type Judgement, presentVerdict, type WaitOptions } from "./waiting/wait.ts";
import type { Change, CheckResult, Properties, Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

type ObjectJudgement = Judgement<ObservedObject, Summary>;

/** When a wait began, ISO 8601, and how long it took. */
type Wait = Pick<ObjectRecord, "startedAt" | "seconds">;

/**
 * `slipway:index:ObjectReadiness`: waits until one object of any kind is ready, and keeps the verdict.
 * It creates nothing in the cluster, and changes nothing there.
 */
export class ObjectReadiness implements AwaitedType {
  readonly identity = ["apiVersion", "kind", "namespace", "name"];
  readonly own = ["record"] as const;
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  check(news: Properties): CheckResult {
    return { inputs: news, failures: checkInputs(news) };
  }

  isReady(outputs: Properties): boolean {
    return storedOf(outputs)?.verdict === "ready";
  }

  changes(_subject: Subject, { oldInputs, news }: Change): string[] {
    return changedPaths(oldInputs, news);
  }

  idOf({ namespace, kind, name }: Properties): string {
    const prefix = typeof namespace === "string" ? `${namespace}/` : "";
    return `${prefix}${String(kind)}/${String(name)}`;
  }

  expected(): Properties {
    return { record: UNKNOWN };
  }

  async wait(
    { name, log }: Subject,
    inputs: Properties,
    outputs: Properties = {},
    options: WaitOptions,
  ): Promise<Waited> {
    const object = parsed(objectReadinessInputs, inputs);
    const stored = storedOf(outputs);
    if (stored?.reason === "interrupted" && stored.uid === object.uid) {
      log.info(`${name}: resumes the wait for ${titleOf(object)} that was interrupted`);
    }
    const startedAt = new Date().toISOString();
    const awaited = new AwaitedObject(this.#run.cluster(), object, name);
    const { seconds, ...judgement } = await awaitVerdict(awaited, options);
    const report = await this.#report(awaited, judgement, seconds);
    const wait = { startedAt, seconds: Math.round(seconds * 10) / 10 };
    const own = { record: recordOf(object, judgement, wait, report?.evidence) };
    return report === undefined ? { own } : { own, failure: report.text };
  }

  async look(
    { name, log }: Subject,
    inputs: Properties,
    outputs: Properties,
    { signal }: WaitOptions,
  ): Promise<Properties> {
    const object = parsed(objectReadinessInputs, inputs);
    const stored = storedOf(outputs);
    const awaited = new AwaitedObject(this.#run.cluster(), object, name);
    const judgement = await presentVerdict(awaited, signal);
    if (stored !== undefined && isAsBefore(stored, object, judgement)) {
      return { record: stored };
    }
    const { startedAt = new Date().toISOString(), seconds = 0 } = stored ?? {};
    const report = await this.#report(awaited, judgement, undefined);
    if (report !== undefined) {
      log.warn(report.text);
    }
    return { record: recordOf(object, judgement, { startedAt, seconds }, report?.evidence) };
  }

  /** Undefined for an object that is ready: there is nothing to report. */
  async #report(
    awaited: AwaitedObject,
    { verdict, observed }: ObjectJudgement,
    seconds: number | undefined,
  ): Promise<Report | undefined> {
    const { context, signal } = this.#run;
    return verdict.kind === "ready"
      ? undefined
      : reportOf(awaited, context(), { finding: verdict, observed, seconds }, signal);
  }
}

function storedOf({ record }: Properties): ObjectRecord | undefined {
  return typeof record === "object" && record !== null ? (record as ObjectRecord) : undefined;
}

/**
 * Whether a look without waiting finds nothing new. A Job that was complete stays so when it is gone: Jobs are cleared
 * away after they have ended.
 */
function isAsBefore(
  stored: ObjectRecord,
  { kind, uid }: ObjectReadinessInputs,
  { verdict }: ObjectJudgement,
): boolean {
  const reason = verdict.kind === "ready" ? null : verdict.reason;
  const isCleared = kind === "Job" && stored.verdict === "ready" && reason === "object-missing";
  return stored.uid === uid && (isCleared || stored.reason === reason);
}

function recordOf(
  { apiVersion, kind, namespace, name, uid }: ObjectReadinessInputs,
  { verdict }: ObjectJudgement,
  { startedAt, seconds }: Wait,
  evidence: Evidence | null = null,
): ObjectRecord {
  const isReady = verdict.kind === "ready";
  return {
    version: 1,
    apiVersion,
    kind,
    namespace: namespace ?? null,
    name,
    uid,
    verdict: verdict.kind,
    reason: isReady ? null : verdict.reason,
    message: isReady ? verdict.text : verdict.message,
    evidence,
    startedAt,
    seconds,
  };
}

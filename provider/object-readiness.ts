import { isDeepStrictEqual } from "node:util";
import type { Evidence } from "../contract/evidence.ts";
import {
  objectReadinessInputs,
  type ObjectReadinessInputs,
  type ObjectRecord,
} from "../contract/object-readiness.ts";
import type { Cluster } from "./cluster.ts";
import { parsed } from "./input-schema.ts";
import { checkInputs } from "./object-readiness/inputs.ts";
import { AwaitedObject } from "./object-readiness/awaited-object.ts";
import type { Resource } from "./resource.ts";
import { type ObservedObject, titleOf } from "./verdict/awaited-object.ts";
import type { Summary } from "./verdict/course.ts";
import { reportOf } from "./waiting/report.ts";
import { awaitVerdict, type Judgement, presentVerdict } from "./waiting/wait.ts";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/** Inputs that say which object this is; all others say what is awaited of it. */
const IDENTITY = ["apiVersion", "kind", "namespace", "name"];

type ObjectJudgement = Judgement<ObservedObject, Summary>;

/** When a wait began, ISO 8601, and how long it took. */
type Wait = Pick<ObjectRecord, "startedAt" | "seconds">;

/**
 * `slipway:index:ObjectReadiness`: waits until one object of any kind is ready, and keeps the verdict.
 * It makes nothing in the cluster, and changes nothing there.
 */
export class ObjectReadiness implements Resource {
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
    failures: checkInputs(news),
  });

  /** A stored verdict that is not `ready` is a change: a failure is judged again, whatever was lost of it. */
  diff: Resource["diff"] = (_subject, { oldInputs, oldOutputs, news }) => {
    const keys = [...new Set([...Object.keys(oldInputs), ...Object.keys(news)])];
    const changed = keys.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    const isReady = storedOf(oldOutputs)?.verdict === "ready";
    return {
      changed: isReady ? changed : [...changed, "record"],
      replaces: changed.filter((key) => IDENTITY.includes(key)),
    };
  };

  create: Resource["create"] = async (subject, { inputs, preview, timeoutSeconds }) => {
    const outputs = preview
      ? { ...inputs, record: UNKNOWN }
      : await this.#wait(subject, inputs, undefined, timeoutSeconds);
    return { id: idOf(inputs), outputs };
  };

  update: Resource["update"] = async (subject, { oldOutputs, news, preview, timeoutSeconds }) =>
    preview
      ? { ...news, record: UNKNOWN }
      : this.#wait(subject, news, storedOf(oldOutputs), timeoutSeconds);

  /** Judges again without waiting. An object that is not ready is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, outputs, inputs: kept }) => {
    const inputs = judgedInputs(outputs, kept);
    const object = parsed(objectReadinessInputs, inputs);
    const stored = storedOf(outputs);
    const awaited = new AwaitedObject(this.cluster(), object, subject.name);
    const judgement = await presentVerdict(awaited, this.signal);
    const { verdict } = judgement;
    if (stored !== undefined && isAsBefore(stored, object, judgement)) {
      return { id, inputs, outputs: { ...inputs, record: stored } };
    }
    const { startedAt = new Date().toISOString(), seconds = 0 } = stored ?? {};
    const wait = { startedAt, seconds };
    if (verdict.kind === "ready") {
      return { id, inputs, outputs: { ...inputs, record: recordOf(object, judgement, wait) } };
    }
    const { text, evidence } = await this.#report(awaited, judgement, undefined);
    subject.log.warn(text);
    const record = recordOf(object, judgement, wait, evidence);
    return { id, inputs, outputs: { ...inputs, record } };
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #wait(
    subject: Subject,
    inputs: Properties,
    stored: ObjectRecord | undefined,
    timeoutSeconds: number,
  ): Promise<Properties> {
    const object = parsed(objectReadinessInputs, inputs);
    if (stored?.reason === "interrupted" && stored.uid === object.uid) {
      const title = titleOf(object);
      subject.log.info(`${subject.name}: resumes the wait for ${title} that was interrupted`);
    }
    const startedAt = new Date().toISOString();
    const began = performance.now();
    const awaited = new AwaitedObject(this.cluster(), object, subject.name);
    const judgement = await awaitVerdict(awaited, {
      signal: this.signal,
      timeoutSeconds,
      progress: (text) => {
        subject.log.status(text);
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const wait = { startedAt, seconds: Math.round(seconds * 10) / 10 };
    if (judgement.verdict.kind === "ready") {
      return { ...inputs, record: recordOf(object, judgement, wait) };
    }
    const { text, evidence } = await this.#report(awaited, judgement, seconds);
    const record = recordOf(object, judgement, wait, evidence);
    throw new PartialFailure(text, idOf(inputs), { ...inputs, record });
  }

  #report(
    awaited: AwaitedObject,
    { verdict, observed }: ObjectJudgement,
    seconds: number | undefined,
  ) {
    if (verdict.kind === "ready") {
      throw new Error(`${awaited.place.name} is ready, and there is nothing to report`);
    }
    const found = { finding: verdict, observed, seconds };
    return reportOf(awaited, this.context(), found, this.signal);
  }
}

function idOf({ namespace, kind, name }: Properties): string {
  const place = typeof namespace === "string" ? `${namespace}/` : "";
  return `${place}${String(kind)}/${String(name)}`;
}

function storedOf({ record }: Properties): ObjectRecord | undefined {
  return typeof record === "object" && record !== null ? (record as ObjectRecord) : undefined;
}

/**
 * The inputs that were judged last: where an `up` failed, the engine keeps the inputs of the one before, and gives these
 * to a refresh.
 */
function judgedInputs({ record, ...judged }: Properties, inputs: Properties): Properties {
  return record !== undefined && checkInputs(judged).length === 0 ? judged : inputs;
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

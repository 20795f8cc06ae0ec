import { isDeepStrictEqual } from "node:util";
import type { ReadinessInputs, ReadinessOutputs, ReleaseRecord } from "../contract";
import type { Cluster } from "./cluster";
import { checkInputs, parseInputs } from "./readiness/inputs";
import { previousOf, recordOf } from "./readiness/record";
import { awaitVerdict, type Judgement, presentVerdict } from "./readiness/wait";
import type { Resource } from "./resource";
import { evidence, logSources } from "./verdict/evidence";
import type { Finding } from "./verdict/finding";
import { type Properties, PartialFailure, type Subject } from "./wire/plugin";
import { UNKNOWN } from "./wire/unknown";

/** Logs and the like are worth waiting for, but not long: the verdict is known. */
const EVIDENCE_MILLISECONDS = 10_000;

/** Inputs that say which release this is; all others say what it is to be. */
const IDENTITY = ["namespace", "deployment.name"];

/**
 * `slipway:index:Readiness`: waits until a release is proved to be healthy, and keeps its record.
 * It makes nothing in the cluster, and only reads.
 */
export class Readiness implements Resource {
  /**
   * @param cluster what is watched
   * @param context its context, for the commands in the evidence
   * @param signal interrupts all waits
   */
  constructor(
    private readonly cluster: () => Cluster,
    private readonly context: () => string,
    private readonly signal: AbortSignal,
  ) {}

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: news,
    failures: checkInputs(news),
  });

  /** A stored verdict that is not `ready` is a change: a failure is judged again, whatever was lost of it. */
  diff: Resource["diff"] = (_subject, { oldInputs, oldOutputs, news }) => {
    const changed = changedPaths(oldInputs, news);
    const judged = storedRecord(oldOutputs)?.verdict === "ready";
    return {
      changed: judged ? changed : [...changed, "release"],
      replaces: changed.filter((path) => IDENTITY.includes(path)),
    };
  };

  create: Resource["create"] = async (subject, { inputs, preview, timeoutSeconds }) => {
    const outputs = preview
      ? { ...inputs, release: UNKNOWN }
      : await this.#prove(subject, inputs, undefined, timeoutSeconds);
    return { id: idOf(inputs), outputs };
  };

  update: Resource["update"] = async (subject, { oldOutputs, news, preview, timeoutSeconds }) =>
    preview
      ? { ...news, release: UNKNOWN }
      : this.#prove(subject, news, storedRecord(oldOutputs), timeoutSeconds);

  /** Judges again without waiting. An unhealthy release is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, outputs, inputs }) => {
    const release = parseInputs(inputs);
    const stored = storedRecord(outputs);
    const judgement = await presentVerdict(this.cluster(), release, this.signal);
    const { verdict } = judgement;
    if (verdict.kind === "failed") {
      subject.log.warn(await this.#evidence(release, verdict, judgement, undefined));
    }
    const wait = {
      startedAt: stored?.startedAt ?? new Date().toISOString(),
      seconds: stored?.seconds ?? 0,
    };
    const record = recordOf(release, judgement, wait, previousOf(stored, release));
    return { id, outputs: outputsOf(inputs, record) };
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #prove(
    subject: Subject,
    inputs: Properties,
    stored: ReleaseRecord | undefined,
    timeoutSeconds: number,
  ): Promise<Properties> {
    const release = parseInputs(inputs);
    const startedAt = new Date().toISOString();
    const began = performance.now();
    const judgement = await awaitVerdict(this.cluster(), release, {
      signal: this.signal,
      timeoutSeconds,
      progress: (text) => {
        subject.log.status(text);
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const { verdict } = judgement;
    const previous = previousOf(stored, release);
    const outputs = outputsOf(
      inputs,
      recordOf(release, judgement, { startedAt, seconds }, previous),
    );
    if (verdict.kind === "failed") {
      const message = await this.#evidence(release, verdict, judgement, seconds);
      throw new PartialFailure(message, idOf(inputs), outputs);
    }
    return outputs;
  }

  async #evidence(
    release: ReadinessInputs,
    finding: Finding,
    { observed }: Judgement,
    seconds: number | undefined,
  ): Promise<string> {
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(EVIDENCE_MILLISECONDS)]);
    const sources = signal.aborted ? [] : logSources(observed, finding);
    const [logs, notes] = await Promise.all([
      Promise.all(sources.map((source) => this.cluster().log(release.namespace, source, signal))),
      this.#notes(finding, observed.ingress?.spec?.ingressClassName, signal),
    ]);
    return evidence({ release, finding, seconds, observed, logs, notes, context: this.context() });
  }

  async #notes(
    { reason }: Finding,
    ingressClass: string | undefined,
    signal: AbortSignal,
  ): Promise<string[]> {
    if (reason !== "ingress-no-address" || ingressClass === undefined) {
      return [];
    }
    const exists = await this.cluster().hasIngressClass(ingressClass, signal);
    return exists === false ? [`the cluster has no ingress class ${ingressClass}`] : [];
  }
}

function idOf({ namespace, deployment }: Properties): string {
  const { name } = (deployment ?? {}) as { readonly name?: string };
  return `${String(namespace)}/${name ?? ""}`;
}

function outputsOf(inputs: Properties, release: ReleaseRecord): Properties {
  return { ...inputs, release } satisfies Pick<ReadinessOutputs, "release">;
}

function storedRecord({ release }: Properties): ReleaseRecord | undefined {
  return typeof release === "object" && release !== null ? (release as ReleaseRecord) : undefined;
}

/** Paths of the inputs that differ, one level into objects: what is compared is small and flat. */
function changedPaths(olds: Properties, news: Properties): string[] {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  return keys
    .filter((key) => !isDeepStrictEqual(olds[key], news[key]))
    .flatMap((key) => {
      const [old, present] = [olds[key], news[key]];
      return isPlain(old) && isPlain(present)
        ? changedPaths(old, present).map((path) => `${key}.${path}`)
        : [key];
    });
}

function isPlain(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

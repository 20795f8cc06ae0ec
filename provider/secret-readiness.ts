import { isDeepStrictEqual } from "node:util";
import { ApiError } from "./cluster/api-error.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Run } from "./resource.ts";
import { newDigestKey } from "./sealing.ts";
import { AwaitedSecret, type SecretKind } from "./secret-readiness/awaited-secret.ts";
import { REASONS } from "./verdict/reasons.ts";
import { answered } from "./waiting/answered.ts";
import type { AwaitedType, Waited } from "./waiting/resource.ts";
import { awaitVerdict, presentVerdict, type WaitOptions } from "./waiting/wait.ts";
import type { Change, CheckResult, Properties, Subject } from "../wire/plugin.ts";
import { secret } from "../wire/struct.ts";
import { UNKNOWN } from "../wire/unknown.ts";

const IDENTITY = ["namespace", "name"];

/** Inputs that call for another look. */
const COMPARED = [...IDENTITY, "manifestHash", "digests"];

/**
 * `slipway:index:SecretReadiness` and `slipway:index:ExternalSecretReadiness`: waits until a controller has made the
 * Secret of an object. Of values that only a store knows it keeps a digest, and knows by it whether they have changed.
 * It creates nothing in the cluster, and only has the controller retry what failed before.
 */
export class SecretReadiness<Inputs extends object> implements AwaitedType {
  readonly identity = IDENTITY;
  readonly own: AwaitedType["own"];
  readonly #kind: SecretKind<Inputs>;
  readonly #run: Run;

  constructor(kind: SecretKind<Inputs>, run: Run) {
    this.#kind = kind;
    this.#run = run;
    this.own = kind.digest === undefined ? ["ready"] : ["ready", "digest", "digestKey"];
  }

  check(news: Properties): CheckResult {
    return {
      inputs: "digestKey" in news ? { ...news, digestKey: secret(news["digestKey"]) } : news,
      failures: silentFaultsOf(this.#kind.schema, news),
    };
  }

  isReady({ ready }: Properties): boolean {
    return ready === true;
  }

  /** A preview may lack the right to read Secrets: then only the `up` sees whether the store's values changed. */
  async changes(subject: Subject, { oldInputs, oldOutputs, news }: Change): Promise<string[]> {
    const changed = COMPARED.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    if (changed.length > 0 || !this.isReady(oldOutputs) || this.#kind.digest === undefined) {
      return changed;
    }
    try {
      const digest = await this.#digest(news, keyOf(news, oldOutputs));
      return digest === oldOutputs["digest"] ? [] : ["digest"];
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 403)) {
        throw error;
      }
      subject.log.info(
        "only pulumi up sees whether the store's values changed: this identity may not read the Secret",
      );
      return [];
    }
  }

  idOf({ namespace, name }: Properties): string {
    return `${String(namespace)}/${String(name)}`;
  }

  async expected(_subject: Subject, news: Properties, stored?: Change): Promise<Properties> {
    if (stored === undefined) {
      return this.#outputs(true, UNKNOWN, news["digestKey"]);
    }
    const { oldInputs, oldOutputs } = stored;
    const key = keyOf(news, oldOutputs);
    const isSame = this.isReady(oldOutputs) && isDeepStrictEqual(oldInputs, news);
    const digest = isSame ? await this.#digest(news, key) : undefined;
    return this.#outputs(true, digest ?? UNKNOWN, key);
  }

  async wait(
    { name }: Subject,
    inputs: Properties,
    outputs: Properties | undefined,
    options: WaitOptions,
  ): Promise<Waited> {
    const key = keyOf(inputs, outputs);
    const again = outputs !== undefined && !this.isReady(outputs);
    const awaited = this.#awaited(name, inputs, key, again);
    const { verdict, observed } = await awaitVerdict(awaited, options);
    if (verdict.kind === "ready") {
      const digest = observed.kind === "ready" ? observed.digest : undefined;
      return { own: this.#outputs(true, digest, key) };
    }
    const isJudged = REASONS[verdict.reason].about === "release";
    const digest = isJudged ? await this.#look(inputs, key).catch(() => undefined) : undefined;
    const failure = awaited.explain(verdict, (words) => this.#report(inputs, words));
    return { own: this.#outputs(false, digest, key), failure };
  }

  async look(
    { name, log }: Subject,
    inputs: Properties,
    outputs: Properties,
    { signal }: WaitOptions,
  ): Promise<Properties> {
    const key = keyOf(inputs, outputs);
    const awaited = this.#awaited(name, inputs, key, false);
    const { verdict } = await presentVerdict(awaited, signal);
    if (verdict.kind === "failed") {
      log.warn(this.#report(inputs, verdict.message));
    }
    const digest = await this.#digest(inputs, key);
    const isMissing = this.#kind.digest !== undefined && digest === undefined;
    return this.#outputs(verdict.kind === "ready" && !isMissing, digest, key);
  }

  #outputs(ready: boolean, digest: string | null = null, digestKey: unknown): Properties {
    return {
      ready,
      ...(this.#kind.digest !== undefined && { digest }),
      ...(digestKey !== undefined && { digestKey: secret(digestKey) }),
    };
  }

  #awaited(name: string, inputs: Properties, digestKey: string, again: boolean): AwaitedSecret {
    const cluster = this.#run.cluster();
    const known = parsed(this.#kind.schema, inputs);
    const source = this.#kind.source(cluster.api, known, digestKey, again);
    return new AwaitedSecret(cluster, source, name);
  }

  #digest(inputs: Properties, digestKey: string): Promise<string | undefined> {
    return answered(() => this.#look(inputs, digestKey), this.#run.signal);
  }

  async #look(inputs: Properties, digestKey: string): Promise<string | undefined> {
    const { cluster, signal } = this.#run;
    const known = parsed(this.#kind.schema, inputs);
    return this.#kind.digest?.(cluster().api, known, digestKey, signal);
  }

  #report(inputs: Properties, message: string): string {
    const told = this.#run.cluster().secrets.tell(message);
    return this.#kind.report(parsed(this.#kind.schema, inputs), told);
  }
}

/** The key of the digests: the inputs' own, or one that is generated once. */
function keyOf(inputs: Properties, outputs: Properties = {}): string {
  return (inputs["digestKey"] ?? outputs["digestKey"] ?? newDigestKey()) as string;
}

import { isDeepStrictEqual } from "node:util";
import {
  externalSecretReadinessInputs,
  type ExternalSecretReadinessInputs,
} from "../contract/external-secret-readiness.ts";
import type { Api } from "./cluster/api.ts";
import { ApiError } from "./cluster/api-error.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Resource } from "./resource.ts";
import { newDigestKey } from "./sealing.ts";
import { AwaitedSecret } from "./secret-readiness/awaited-secret.ts";
import { digestOfSecret, externalSource } from "./secret-readiness/external.ts";
import { REASONS } from "./verdict/reasons.ts";
import { answered } from "./waiting/answered.ts";
import { awaitVerdict, presentVerdict } from "./waiting/wait.ts";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin.ts";
import { secret } from "../wire/struct.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/** What makes it another Secret, or calls for another look. */
const IDENTITY = ["namespace", "name"];
const COMPARED = [...IDENTITY, "manifestHash"];

/**
 * `slipway:index:ExternalSecretReadiness`: waits until the controller has made the Secret of an ExternalSecret. The
 * values are the store's, so it knows only a digest of what the Secret has, and whether that is another one by now.
 * It makes nothing in the cluster, and only has the controller try again what failed before.
 */
export class ExternalSecretReadiness implements Resource {
  private readonly api: () => Api;
  private readonly signal: AbortSignal;

  /**
   * @param api the cluster
   * @param signal interrupts the wait
   */
  constructor(api: () => Api, signal: AbortSignal) {
    this.api = api;
    this.signal = signal;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: news,
    failures: silentFaultsOf(externalSecretReadinessInputs, news),
  });

  /**
   * A Secret that was not ready is looked at again, and one with other values than before is a change. Who may only
   * preview may read no Secret: then that is left to the `up`.
   */
  diff: Resource["diff"] = async (subject, { oldInputs, oldOutputs, news }) => {
    const changed = COMPARED.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    const replaces = changed.filter((key) => IDENTITY.includes(key));
    if (oldOutputs["ready"] !== true) {
      return { changed: [...changed, "ready"], replaces };
    }
    if (changed.length > 0) {
      return { changed, replaces };
    }
    try {
      const digest = await this.#digest(news, String(oldOutputs["digestKey"]));
      return { changed: digest === oldOutputs["digest"] ? [] : ["digest"] };
    } catch (error) {
      if (!isForbidden(error)) {
        throw error;
      }
      subject.log.info(
        "whether the store has other values is seen by an up only: its Secret may not be read",
      );
      return { changed: [] };
    }
  };

  create: Resource["create"] = async (subject, { inputs, preview, timeoutSeconds }) => ({
    id: idOf(inputs),
    outputs: preview
      ? { ...inputs, ready: true, digest: UNKNOWN }
      : await this.#wait(subject, inputs, newDigestKey(), timeoutSeconds, { again: false }),
  });

  update: Resource["update"] = async (
    subject,
    { oldInputs, oldOutputs, news, preview, timeoutSeconds },
  ) => {
    const digestKey = String(oldOutputs["digestKey"]);
    const wasReady = oldOutputs["ready"] === true;
    if (!preview) {
      return this.#wait(subject, news, digestKey, timeoutSeconds, { again: !wasReady });
    }
    const isSame = wasReady && isDeepStrictEqual(oldInputs, news);
    const digest = isSame ? await this.#digest(news, digestKey) : undefined;
    return outputsOf(news, true, digest ?? UNKNOWN, digestKey);
  };

  /** Looks again without waiting. A Secret that is not as it should be is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, inputs, outputs }) => {
    const digestKey = String(outputs["digestKey"]);
    const awaited = this.#awaited(subject, inputs, digestKey, { again: false });
    const { verdict } = await presentVerdict(awaited, this.signal);
    if (verdict.kind === "failed") {
      subject.log.warn(reportOf(parsed(externalSecretReadinessInputs, inputs), verdict.message));
    }
    const digest = (await this.#digest(inputs, digestKey)) ?? null;
    const ready = verdict.kind === "ready" && digest !== null;
    return { id, outputs: outputsOf(inputs, ready, digest, digestKey) };
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #wait(
    subject: Subject,
    inputs: Properties,
    digestKey: string,
    timeoutSeconds: number,
    again: { readonly again: boolean },
  ): Promise<Properties> {
    const awaited = this.#awaited(subject, inputs, digestKey, again);
    const { verdict, observed } = await awaitVerdict(awaited, {
      signal: this.signal,
      timeoutSeconds,
      progress: (text) => {
        subject.log.status(text);
      },
    });
    if (verdict.kind === "ready") {
      const { digest = null } = observed.kind === "ready" ? observed : {};
      return outputsOf(inputs, true, digest, digestKey);
    }
    const isJudged = REASONS[verdict.reason].about === "release";
    const look = isJudged ? this.#look(inputs, digestKey) : Promise.resolve(undefined);
    const digest = await look.catch(() => undefined);
    throw new PartialFailure(
      awaited.explain(verdict, (words) =>
        reportOf(parsed(externalSecretReadinessInputs, inputs), words),
      ),
      idOf(inputs),
      outputsOf(inputs, false, digest ?? null, digestKey),
    );
  }

  #awaited(
    { name }: Subject,
    inputs: Properties,
    digestKey: string,
    again: { readonly again: boolean },
  ) {
    const api = this.api();
    return new AwaitedSecret(
      api,
      externalSource(api, parsed(externalSecretReadinessInputs, inputs), digestKey, again),
      name,
    );
  }

  #digest(inputs: Properties, digestKey: string): Promise<string | undefined> {
    return answered(() => this.#look(inputs, digestKey), this.signal);
  }

  #look(inputs: Properties, digestKey: string): Promise<string | undefined> {
    return digestOfSecret(
      this.api(),
      parsed(externalSecretReadinessInputs, inputs),
      digestKey,
      this.signal,
    );
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}

function idOf({ namespace, name }: Properties): string {
  return `${String(namespace)}/${String(name)}`;
}

function outputsOf(
  inputs: Properties,
  ready: boolean,
  digest: string | null,
  digestKey: string,
): Properties {
  return { ...inputs, ready, digest, digestKey: secret(digestKey) };
}

function reportOf({ namespace, name }: ExternalSecretReadinessInputs, message: string): string {
  return (
    `ExternalSecret ${namespace}/${name} is not ready: ${message}; mend it and run pulumi up again; ` +
    `see more with: kubectl -n ${namespace} describe externalsecret ${name}`
  );
}

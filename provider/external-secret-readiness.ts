import { isDeepStrictEqual } from "node:util";
import {
  externalSecretReadinessInputs,
  type ExternalSecretReadinessInputs,
} from "../contract/external-secret-readiness";
import type { Api } from "./cluster/api";
import { ApiError } from "./cluster/api-error";
import { parsed, silentFaultsOf } from "./input-schema";
import type { Resource } from "./resource";
import { newDigestKey } from "./sealing";
import { digestOfSecret, lookAtExternal, syncAgain } from "./secret-readiness/external";
import { wait } from "./secret-readiness/wait";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin";
import { secret } from "../wire/struct";
import { UNKNOWN } from "../wire/unknown";

/** What makes it another Secret, or calls for another look. */
const IDENTITY = ["namespace", "name"];
const COMPARED = [...IDENTITY, "manifestHash"];

/**
 * `slipway:index:ExternalSecretReadiness`: waits until the controller has made the Secret of an ExternalSecret. The
 * values are the store's, so it knows only a digest of what the Secret has, and whether that is another one by now.
 * It makes nothing in the cluster, and only has the controller try again what failed before.
 */
export class ExternalSecretReadiness implements Resource {
  /**
   * @param api the cluster
   * @param signal interrupts the wait
   */
  constructor(
    private readonly api: () => Api,
    private readonly signal: AbortSignal,
  ) {}

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
      const digest = await this.#digest(
        parsed(externalSecretReadinessInputs, news),
        String(oldOutputs["digestKey"]),
      );
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
      : await this.#wait(subject, inputs, newDigestKey(), timeoutSeconds),
  });

  update: Resource["update"] = async (
    subject,
    { oldInputs, oldOutputs, news, preview, timeoutSeconds },
  ) => {
    const digestKey = String(oldOutputs["digestKey"]);
    if (preview) {
      const isSame = oldOutputs["ready"] === true && isDeepStrictEqual(oldInputs, news);
      const digest = isSame
        ? await this.#digest(parsed(externalSecretReadinessInputs, news), digestKey)
        : undefined;
      return outputsOf(news, true, digest ?? UNKNOWN, digestKey);
    }
    if (oldOutputs["ready"] !== true) {
      await syncAgain(this.api(), parsed(externalSecretReadinessInputs, news), this.signal);
    }
    return this.#wait(subject, news, digestKey, timeoutSeconds);
  };

  /** Looks again without waiting. A Secret that is not as it should be is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, inputs, outputs }) => {
    const place = parsed(externalSecretReadinessInputs, inputs);
    const finding = await lookAtExternal(this.api(), place, this.signal);
    if (finding.kind !== "ready") {
      subject.log.warn(reportOf(place, finding.message));
    }
    const digestKey = String(outputs["digestKey"]);
    const digest = (await this.#digest(place, digestKey)) ?? null;
    const ready = finding.kind === "ready" && digest !== null;
    return { id, outputs: outputsOf(inputs, ready, digest, digestKey) };
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #wait(
    subject: Subject,
    inputs: Properties,
    digestKey: string,
    timeoutSeconds: number,
  ): Promise<Properties> {
    const place = parsed(externalSecretReadinessInputs, inputs);
    const look = () => lookAtExternal(this.api(), place, this.signal);
    const finding = await wait(look, timeoutSeconds, subject.log, this.signal);
    const digest = (await this.#digest(place, digestKey)) ?? null;
    if (finding.kind === "ready" && digest !== null) {
      return outputsOf(inputs, true, digest, digestKey);
    }
    const message = finding.kind === "ready" ? "its Secret is not there" : finding.message;
    throw new PartialFailure(
      reportOf(place, message),
      idOf(inputs),
      outputsOf(inputs, false, digest, digestKey),
    );
  }

  #digest(place: ExternalSecretReadinessInputs, digestKey: string): Promise<string | undefined> {
    return digestOfSecret(this.api(), place, digestKey, this.signal);
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

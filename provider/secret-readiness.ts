import { isDeepStrictEqual } from "node:util";
import { secretReadinessInputs, type SecretReadinessInputs } from "../contract/secret-readiness.ts";
import type { Api } from "./cluster/api.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Resource } from "./resource.ts";
import { AwaitedSecret } from "./secret-readiness/awaited-secret.ts";
import { sealedSource } from "./secret-readiness/sealed.ts";
import { awaitVerdict, presentVerdict } from "./waiting/wait.ts";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin.ts";
import { secret } from "../wire/struct.ts";

/** What makes it another Secret, or calls for another look. */
const IDENTITY = ["namespace", "name"];
const COMPARED = [...IDENTITY, "manifestHash", "digests"];

/**
 * `slipway:index:SecretReadiness`: waits until the controller has unsealed a SealedSecret and its Secret holds the
 * sealed values. It makes nothing in the cluster, and only has the controller try again what failed before.
 */
export class SecretReadiness implements Resource {
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
    inputs: markedOf(news),
    failures: silentFaultsOf(secretReadinessInputs, news),
  });

  /** A Secret that was not as it should be is a change: it is looked at again. */
  diff: Resource["diff"] = (_subject, { oldInputs, oldOutputs, news }) => {
    const changed = COMPARED.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    return {
      changed: oldOutputs["ready"] === true ? changed : [...changed, "ready"],
      replaces: changed.filter((key) => IDENTITY.includes(key)),
    };
  };

  create: Resource["create"] = async (subject, { inputs, preview, timeoutSeconds }) => ({
    id: idOf(inputs),
    outputs: preview
      ? outputsOf(inputs, true)
      : await this.#wait(subject, inputs, timeoutSeconds, { again: false }),
  });

  update: Resource["update"] = async (subject, { oldOutputs, news, preview, timeoutSeconds }) =>
    preview
      ? outputsOf(news, true)
      : this.#wait(subject, news, timeoutSeconds, { again: oldOutputs["ready"] !== true });

  /** Looks again without waiting. A Secret that is not as it should be is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, inputs }) => {
    const awaited = this.#awaited(subject, inputs, { again: false });
    const { verdict } = await presentVerdict(awaited, this.signal);
    if (verdict.kind === "failed") {
      subject.log.warn(reportOf(parsed(secretReadinessInputs, inputs), verdict.message));
    }
    return { id, outputs: outputsOf(inputs, verdict.kind === "ready") };
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #wait(
    subject: Subject,
    inputs: Properties,
    timeoutSeconds: number,
    again: { readonly again: boolean },
  ): Promise<Properties> {
    const awaited = this.#awaited(subject, inputs, again);
    const { verdict } = await awaitVerdict(awaited, {
      signal: this.signal,
      timeoutSeconds,
      progress: (text) => {
        subject.log.status(text);
      },
    });
    if (verdict.kind === "ready") {
      return outputsOf(inputs, true);
    }
    const message = awaited.explain(verdict, (words) =>
      reportOf(parsed(secretReadinessInputs, inputs), words),
    );
    throw new PartialFailure(message, idOf(inputs), outputsOf(inputs, false));
  }

  #awaited({ name }: Subject, inputs: Properties, again: { readonly again: boolean }) {
    const api = this.api();
    return new AwaitedSecret(
      api,
      sealedSource(api, parsed(secretReadinessInputs, inputs), again),
      name,
    );
  }
}

function idOf({ namespace, name }: Properties): string {
  return `${String(namespace)}/${String(name)}`;
}

function outputsOf(inputs: Properties, ready: boolean): Properties {
  return { ...markedOf(inputs), ready };
}

function markedOf(inputs: Properties): Properties {
  return { ...inputs, digestKey: secret(inputs["digestKey"]) };
}

function reportOf({ namespace, name, controller }: SecretReadinessInputs, message: string): string {
  return (
    `SealedSecret ${namespace}/${name} is not unsealed: ${message}; mend it and run pulumi up again; ` +
    `the controller's own words: kubectl -n ${controller.namespace} logs deployment/${controller.name}`
  );
}

import { isDeepStrictEqual } from "node:util";
import { secretReadinessInputs, type SecretReadinessInputs } from "../contract/secret-readiness";
import type { Api } from "./cluster/api";
import { parsed, silentFaultsOf } from "./input-schema";
import type { Resource } from "./resource";
import { askAgain } from "./secret-readiness/ask-again";
import { look } from "./secret-readiness/look";
import { wait } from "./secret-readiness/wait";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin";
import { secret } from "../wire/struct";

/** What makes it another Secret, or calls for another look. */
const IDENTITY = ["namespace", "name"];
const COMPARED = [...IDENTITY, "manifestHash", "digests"];

/**
 * `slipway:index:SecretReadiness`: waits until the controller has unsealed a SealedSecret and its Secret holds the
 * sealed values. It makes nothing in the cluster, and only has the controller try again what failed before.
 */
export class SecretReadiness implements Resource {
  /**
   * @param api the cluster
   * @param signal interrupts the wait
   */
  constructor(
    private readonly api: () => Api,
    private readonly signal: AbortSignal,
  ) {}

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
    outputs: preview ? outputsOf(inputs, true) : await this.#wait(subject, inputs, timeoutSeconds),
  });

  update: Resource["update"] = async (subject, { oldOutputs, news, preview, timeoutSeconds }) => {
    if (preview) {
      return outputsOf(news, true);
    }
    if (oldOutputs["ready"] !== true) {
      await askAgain(this.api(), parsed(secretReadinessInputs, news), this.signal);
    }
    return this.#wait(subject, news, timeoutSeconds);
  };

  /** Looks again without waiting. A Secret that is not as it should be is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, inputs }) => {
    const finding = await look(this.api(), parsed(secretReadinessInputs, inputs), this.signal);
    if (finding.kind !== "ready") {
      subject.log.warn(reportOf(parsed(secretReadinessInputs, inputs), finding.message));
    }
    return { id, outputs: outputsOf(inputs, finding.kind === "ready") };
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #wait(subject: Subject, inputs: Properties, timeoutSeconds: number): Promise<Properties> {
    const awaited = parsed(secretReadinessInputs, inputs);
    const search = () => look(this.api(), awaited, this.signal);
    const finding = await wait(search, timeoutSeconds, subject.log, this.signal);
    if (finding.kind === "ready") {
      return outputsOf(inputs, true);
    }
    const message = reportOf(awaited, finding.message);
    throw new PartialFailure(message, idOf(inputs), outputsOf(inputs, false));
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

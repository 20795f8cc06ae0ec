import { isDeepStrictEqual } from "node:util";
import { accessProofInputs, type AccessProofOutputs } from "../contract/access-proof.ts";
import { ask, type Found } from "./access-proof/ask.ts";
import { ASKING, reportOf } from "./access-proof/words.ts";
import type { Api } from "./cluster/api.ts";
import { ApiError, messageOf } from "./cluster/api-error.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Resource } from "./resource.ts";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/** What calls for another proof. */
const COMPARED = ["identities", "manifestHash"];

/**
 * `slipway:index:AccessProof`: holds what the API server allows identities against what they need and what they must not
 * have. It makes nothing in the cluster.
 */
export class AccessProof implements Resource {
  private readonly api: () => Api;
  private readonly signal: AbortSignal;

  /**
   * @param api the cluster
   * @param signal interrupts the questions
   */
  constructor(api: () => Api, signal: AbortSignal) {
    this.api = api;
    this.signal = signal;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: news,
    failures: silentFaultsOf(accessProofInputs, news),
  });

  /** A stored proof that failed is a change: it is made again, whatever was lost of it. */
  diff: Resource["diff"] = (_subject, { oldInputs, oldOutputs, news }) => {
    const changed = COMPARED.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    return { changed: oldOutputs["proved"] === true ? changed : [...changed, "proved"] };
  };

  create: Resource["create"] = async (subject, { inputs, preview }) => ({
    id: subject.name,
    outputs: preview ? unknownOutputs() : await this.#prove(subject, inputs),
  });

  update: Resource["update"] = async (subject, { news, preview }) =>
    preview ? unknownOutputs() : this.#prove(subject, news);

  /** Asks again. What is no longer as it was proved is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, outputs, inputs }) => {
    const { identities } = parsed(accessProofInputs, inputs);
    try {
      const found = await ask(this.api(), identities, { patient: false }, this.signal);
      if (found.faults.length > 0) {
        subject.log.warn(reportOf(subject.name, found.faults));
      }
      return { id, outputs: isAsBefore(outputs, found) ? outputs : outputsOf(found) };
    } catch (error) {
      if (!isForbidden(error)) {
        throw error;
      }
      subject.log.warn(
        `access proof ${subject.name}: this identity may not ${ASKING}, and cannot ask again; the result of ${String(outputs["provedAt"])} is kept`,
      );
      return { id, outputs };
    }
  };

  /** There is nothing to delete. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #prove(subject: Subject, inputs: Properties): Promise<Properties> {
    const { identities } = parsed(accessProofInputs, inputs);
    const found = await ask(this.api(), identities, { patient: true }, this.signal).catch(
      (error: unknown) => {
        throw new Error(`access proof ${subject.name}: ${whyOf(error)}`, { cause: error });
      },
    );
    if (found.faults.length > 0) {
      throw new PartialFailure(
        reportOf(subject.name, found.faults),
        subject.name,
        outputsOf(found),
      );
    }
    return outputsOf(found);
  }
}

function outputsOf(found: Found): Properties {
  const proved = found.faults.length === 0;
  return { ...found, proved, provedAt: new Date().toISOString() } satisfies AccessProofOutputs;
}

/** A time alone would make each refresh a change. */
function isAsBefore(outputs: Properties, { allowed, denied, faults }: Found): boolean {
  const found: Properties = { allowed, denied, faults };
  return Object.keys(found).every((key) => isDeepStrictEqual(outputs[key], found[key]));
}

function unknownOutputs(): Properties {
  const keys = ["proved", "allowed", "denied", "faults", "provedAt"];
  return Object.fromEntries(keys.map((key) => [key, UNKNOWN]));
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}

function whyOf(error: unknown): string {
  return isForbidden(error)
    ? `this identity may not ${ASKING}; a change of what lanes may do takes an administrator's pulumi up`
    : `the API server does not answer: ${messageOf(error)}; run pulumi up again`;
}

import { isDeepStrictEqual } from "node:util";
import { accessProofInputs, type AccessProofOutputs } from "../contract/access-proof.ts";
import { ask, type Found } from "./access-proof/ask.ts";
import { ASKING, reportOf } from "./access-proof/words.ts";
import { ApiError, messageOf } from "./cluster/api-error.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Resource, Run } from "./resource.ts";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/** Inputs that need a new proof if they change. */
const COMPARED = ["identities", "manifestHash"];

/**
 * `slipway:index:AccessProof`: compares what the API server allows identities with what they need and what they must not
 * have. It creates nothing in the cluster.
 */
export class AccessProof implements Resource {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: news,
    failures: silentFaultsOf(accessProofInputs, news),
  });

  /** A stored proof that failed is a change: it is made again. */
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

  /** Asks again. A result that differs from the proof is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, outputs, inputs }) => {
    try {
      const found = await this.#ask(inputs, { patient: false });
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
    const { name } = subject;
    const found = await this.#ask(inputs, { patient: true }).catch((error: unknown) => {
      throw new Error(`access proof ${name}: ${whyOf(error)}`, { cause: error });
    });
    if (found.faults.length > 0) {
      throw new PartialFailure(reportOf(name, found.faults), name, outputsOf(found));
    }
    return outputsOf(found);
  }

  async #ask(inputs: Properties, options: { readonly patient: boolean }): Promise<Found> {
    const { cluster, signal } = this.#run;
    const { identities } = parsed(accessProofInputs, inputs);
    return ask(cluster().api, identities, options, signal);
  }
}

function outputsOf(found: Found): Properties {
  const proved = found.faults.length === 0;
  return { ...found, proved, provedAt: new Date().toISOString() } satisfies AccessProofOutputs;
}

/** A time alone would make each refresh a change. */
function isAsBefore(outputs: Properties, found: Found): boolean {
  return Object.entries(found).every(([key, value]) => isDeepStrictEqual(outputs[key], value));
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
    ? `this identity may not ${ASKING}; changing what lanes may do needs an administrator's pulumi up`
    : `the API server does not answer: ${messageOf(error)}; run pulumi up again`;
}

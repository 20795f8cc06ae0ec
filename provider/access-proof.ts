import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { accessProofInputs, type AccessProofOutputs } from "../contract/access-proof.ts";
import { ask, type Found } from "./access-proof/ask.ts";
import { lackOf } from "./access-proof/asking.ts";
import { type FoundPolicies, provePolicies } from "./access-proof/policies.ts";
import { Tokens } from "./access-proof/tokens.ts";
import { reportOf } from "./access-proof/words.ts";
import type { Api } from "./cluster/api.ts";
import { messageOf } from "./cluster/api-error.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import type { Resource, Run } from "./resource.ts";
import { PartialFailure, type Properties, type Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/** Inputs that need a new proof if they change. */
const COMPARED = ["identities", "policies", "manifestHash"] as const;

type FoundAll = Found & FoundPolicies;

/** This identity may not ask. */
class NotEntitled extends Error {
  override readonly name = "NotEntitled";
}

/**
 * `slipway:index:AccessProof`: compares what the API server allows identities with what they need and what they must not
 * have, and tries whether policies refuse what they must. It changes nothing in the cluster.
 */
export class AccessProof implements Resource {
  readonly #run: Run;
  /** What a preview has found of policies, by URN. */
  readonly #seen = new Map<string, string>();

  constructor(run: Run) {
    this.#run = run;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: news,
    failures: silentFaultsOf(accessProofInputs, news),
  });

  /**
   * A stored proof that failed is a change: it is made again. So is one of less than is asked now, and a policy that is not
   * in force, for whoever may ask. Whoever may not keeps the proof while the objects of the lanes are the same: their
   * next administrator makes it anew.
   */
  diff: Resource["diff"] = async (subject, { oldInputs, oldOutputs, news }) => {
    const changed = COMPARED.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    if (oldOutputs["proved"] !== true) {
      return { changed: [...changed, "proved"] };
    }
    if (changed.includes("manifestHash")) {
      return { changed };
    }
    const api = this.#session();
    const { signal } = this.#run;
    const asked = parsed(accessProofInputs, news);
    if ((await lackOf(api, asked, signal)).length > 0) {
      return { changed: [] };
    }
    if (oldOutputs["askedHash"] !== hashOf(news)) {
      return { changed: changed.length > 0 ? changed : ["askedHash"] };
    }
    const options = { patient: false, tokens: new Tokens(api, signal) };
    const found = await provePolicies(api, asked.policies ?? [], options, signal);
    this.#seen.set(subject.urn, reportOf(subject.name, [], found.policyFaults));
    return { changed: found.policyFaults.length > 0 ? ["policyFaults"] : [] };
  };

  create: Resource["create"] = async (subject, { inputs, preview }) => ({
    id: subject.name,
    outputs: preview ? unknownOutputs() : await this.#prove(subject, inputs),
  });

  update: Resource["update"] = async (subject, { news, preview }) => {
    if (!preview) {
      return this.#prove(subject, news);
    }
    const seen = this.#seen.get(subject.urn) ?? "";
    if (seen !== "") {
      subject.log.warn(seen);
    }
    return unknownOutputs();
  };

  /** Asks again. A result that differs from the proof is a changed output, not an error. */
  read: Resource["read"] = async (subject, { id, outputs, inputs }) => {
    try {
      const found = await this.#ask(inputs, { patient: false });
      if (!isProof(found)) {
        subject.log.warn(reportOf(subject.name, found.faults, found.policyFaults));
      }
      return { id, outputs: isAsBefore(outputs, found) ? outputs : outputsOf(inputs, found) };
    } catch (error) {
      if (!(error instanceof NotEntitled)) {
        throw error;
      }
      subject.log.warn(
        `access proof ${subject.name}: ${error.message}, and cannot ask again; the result of ${String(outputs["provedAt"])} is kept`,
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
    const outputs = outputsOf(inputs, found);
    if (!isProof(found)) {
      throw new PartialFailure(reportOf(name, found.faults, found.policyFaults), name, outputs);
    }
    return outputs;
  }

  async #ask(inputs: Properties, how: { readonly patient: boolean }): Promise<FoundAll> {
    const { signal } = this.#run;
    const api = this.#session();
    const asked = parsed(accessProofInputs, inputs);
    const lack = await lackOf(api, asked, signal);
    if (lack.length > 0) {
      throw new NotEntitled(`this identity may not ${lack.join(", ")}`);
    }
    const options = { ...how, tokens: new Tokens(api, signal) };
    const [rights, policies] = await Promise.all([
      ask(api, asked.identities, options, signal),
      provePolicies(api, asked.policies ?? [], options, signal),
    ]);
    return { ...rights, ...policies };
  }

  #session(): Api {
    return this.#run.cluster().api.session();
  }
}

function isProof({ faults, policyFaults }: FoundAll): boolean {
  return faults.length + policyFaults.length === 0;
}

function outputsOf(inputs: Properties, found: FoundAll): Properties {
  const provedAt = new Date().toISOString();
  const proof = { proved: isProof(found), provedAt, askedHash: hashOf(inputs) };
  return { ...found, ...proof } satisfies AccessProofOutputs;
}

/** A time alone would make each refresh a change. */
function isAsBefore(outputs: Properties, found: FoundAll): boolean {
  return Object.entries(found).every(([key, value]) => isDeepStrictEqual(outputs[key], value));
}

function unknownOutputs(): Properties {
  const outputs = {
    proved: UNKNOWN,
    allowed: UNKNOWN,
    denied: UNKNOWN,
    refused: UNKNOWN,
    faults: UNKNOWN,
    policyFaults: UNKNOWN,
    provedAt: UNKNOWN,
    askedHash: UNKNOWN,
  } satisfies Record<keyof AccessProofOutputs, string>;
  return outputs;
}

/** Over what is asked, in whichever order the wire has brought its keys. */
function hashOf(inputs: Properties): string {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  const asked = COMPARED.map((key) => inputs[key]);
  return `sha256:${createHash("sha256").update(JSON.stringify(asked, sorted)).digest("hex")}`;
}

function whyOf(error: unknown): string {
  return error instanceof NotEntitled
    ? `${error.message}; changing what lanes may do needs an administrator's pulumi up`
    : `the API server does not answer: ${messageOf(error)}; run pulumi up again`;
}

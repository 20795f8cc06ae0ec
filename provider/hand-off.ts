import { isDeepStrictEqual } from "node:util";

import {
  handOffInputs,
  type HandOffInputs,
  handOffMemory,
  type HandOffResult,
} from "../contract/hand-off.ts";
import type { CheckFailure, Log, Properties, Subject } from "../wire/plugin.ts";
import { containsUnknown, UNKNOWN } from "../wire/unknown.ts";
import { messageOf } from "./cluster/api-error.ts";
import { filesOf } from "./hand-off/files.ts";
import { handOver } from "./hand-off/hand-over.ts";
import { lookAt } from "./hand-off/look.ts";
import { atTarget, type Registries } from "./hand-off/target.ts";
import type { Tools } from "./hand-off/tools.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import { withHiddenLogin } from "./registry/hidden-login.ts";
import type { Resource, Run } from "./resource.ts";

/** What makes it a different one: a commit of the source that changes no file is none. */
const COMPARED = ["objects", "to", "by", "stack", "releases", "workloads"];

/** Outputs that only a run knows. */
const OWN = ["revision", "previous", "changed", "files", "deployments", "controller"];

/** A preview must not wait for a repository that it cannot reach. */
const LOOK_MILLISECONDS = 20_000;

/**
 * `slipway:index:HandOff`: writes manifests to where a controller of GitOps takes them from, and waits until it has applied this very
 * revision. That it has not is no error of this resource: the releases report it.
 */
export class HandOff implements Resource {
  readonly #run: Run;
  readonly #registries: Registries;

  constructor(run: Run, registries: Registries) {
    this.#run = run;
    this.#registries = registries;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: withHiddenLogin(news),
    failures: [...silentFaultsOf(handOffInputs, news), ...clearSecrets(news)],
  });

  /** What was written may have been changed or taken back since, and what was not applied is waited for again. */
  diff: Resource["diff"] = async ({ log }, { oldInputs, oldOutputs, news }) => {
    const changed = COMPARED.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    const { failure, pullRequest } = handOffMemory.safeParse(oldOutputs).data ?? {};
    if (failure !== undefined || pullRequest !== undefined) {
      return { changed: [...changed, "revision"] };
    }
    return { changed: changed.length > 0 || (await this.#isHeld(news, log)) ? changed : ["files"] };
  };

  create: Resource["create"] = async (subject, { inputs, preview }) => ({
    id: idOf(inputs),
    outputs: preview ? unknown(inputs) : await this.#handedOver(subject, inputs, {}),
  });

  update: Resource["update"] = async (subject, { news, oldOutputs, preview }) =>
    preview ? unknown(news) : this.#handedOver(subject, news, oldOutputs);

  /**
   * Takes what is there as it is: then what somebody else has written there is replaced by the next run. What became of it in the
   * cluster is an output.
   */
  read: Resource["read"] = async ({ log, name }, { id, outputs, inputs }) => {
    const known = handOffInputs.safeParse(outputsAsInputs(outputs)).data;
    const memory = handOffMemory.safeParse(outputs).data;
    if (known === undefined || memory === undefined) {
      return { id, outputs, inputs };
    }
    const names = [...filesOf(known.objects, known.stack).keys(), ...Object.keys(memory.files)];
    const found = await atTarget(known, this.#registries, this.#run.signal, (target) =>
      target.found([...new Set(names)]),
    );
    if (found === undefined) {
      return undefined;
    }
    const kept = Object.entries(withHiddenLogin(outputs)).filter(([key]) => key !== "failure");
    if (memory.pullRequest !== undefined) {
      return { id, inputs, outputs: { ...withHiddenLogin(outputs), ...found } };
    }
    const { to, by, stack, workloads, login, objects } = known;
    const looked = { to, by, stack, workloads, objects, revision: memory.revision };
    const seen = await lookAt({ ...looked, ...(login && { login }) }, this.#tools(log));
    if (seen.failure !== undefined) {
      log.warn(`${name}: ${seen.failure.reason}: ${seen.failure.object}: ${seen.failure.message}`);
    }
    return { id, inputs, outputs: { ...Object.fromEntries(kept), ...found, ...seen } };
  };

  /** What is written stays: without it the controller would delete what runs. */
  delete: Resource["delete"] = ({ log, name }, { id }) => {
    log.warn(
      `${name}: the files of ${id} stay, and so does what the controller has applied; remove them there when it is to be deleted`,
    );
    return Promise.resolve();
  };

  async #isHeld(news: Properties, log: Log): Promise<boolean> {
    const { data: wanted } = handOffInputs.safeParse(news);
    if (wanted === undefined || containsUnknown(news)) {
      return true;
    }
    const signal = AbortSignal.any([this.#run.signal, AbortSignal.timeout(LOOK_MILLISECONDS)]);
    const files = filesOf(wanted.objects, wanted.stack);
    try {
      const held = await atTarget(wanted, this.#registries, signal, (target) =>
        target.holds(files),
      );
      return held !== undefined;
    } catch (error) {
      log.info(
        `only pulumi up sees whether what was handed off was changed since: ${messageOf(error)}`,
      );
      return true;
    }
  }

  #tools(log: Log): Tools {
    const { cluster, context, signal } = this.#run;
    return {
      ...{ api: cluster().api, context, registries: this.#registries, signal },
      progress: (text) => {
        log.status(text);
      },
      tell: (text) => cluster().secrets.tell(text),
    };
  }

  async #handedOver(subject: Subject, inputs: Properties, olds: Properties): Promise<Properties> {
    const wanted = parsed(handOffInputs, inputs);
    const memory = handOffMemory.safeParse(olds).data;
    // In a different place nothing was written yet, and a proposal is on the branch only once a person has merged it.
    const isThere =
      memory?.pullRequest === undefined && isDeepStrictEqual(olds["to"], inputs["to"]);
    const last = isThere ? memory : undefined;
    const result: HandOffResult = await handOver(wanted, last, this.#tools(subject.log));
    return { ...withHiddenLogin(inputs), ...result };
  }
}

/** Two stacks that write to one place are one too many. */
function idOf({ to }: Properties): string {
  const { git, branch, path, oci } = to as Readonly<Record<string, string>>;
  return oci ?? `${git ?? ""} ${branch ?? ""} ${path ?? ""}`;
}

function unknown(inputs: Properties): Properties {
  return { ...withHiddenLogin(inputs), ...Object.fromEntries(OWN.map((key) => [key, UNKNOWN])) };
}

function outputsAsInputs(outputs: Properties): Properties {
  const keys = Object.keys(handOffInputs.unwrap().shape);
  return Object.fromEntries(Object.entries(outputs).filter(([key]) => keys.includes(key)));
}

/** What must not be in a repository. */
function clearSecrets({ objects }: Properties): CheckFailure[] {
  const list = Array.isArray(objects) ? (objects as HandOffInputs["objects"]) : [];
  return list
    .filter((object) => object.kind === "Secret" && object.apiVersion === "v1")
    .map(({ metadata }) => ({
      property: "objects",
      reason: `objects: must have no Secret, which anybody could read there, got ${metadata.name}; seal it, or let a store make it`,
    }));
}

import { isDeepStrictEqual } from "node:util";

import {
  handOffInputs,
  type HandOffInputs,
  handOffMemory,
  type HandOffResult,
} from "../contract/hand-off.ts";
import { filesOf } from "./hand-off/files.ts";
import { writeToGit } from "./hand-off/git-writer.ts";
import { commitMessage } from "./hand-off/message.ts";
import { type Place, Repository } from "./hand-off/repository.ts";
import { parsed, silentFaultsOf } from "./input-schema.ts";
import { withHiddenLogin } from "./registry/hidden-login.ts";
import type { Resource, Run } from "./resource.ts";
import type { Properties } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/** What is the same whoever asks for it: a commit of the source that changes no file is no change. */
const COMPARED = ["objects", "to", "by", "releases", "workloads"];

/** Outputs that only a run knows. */
const OWN = ["revision", "files", "deployments", "controller"];

const TIMEOUT_SECONDS = 300;

/**
 * `slipway:index:HandOff`: writes manifests to where a controller of GitOps takes them from, and waits until it has applied this very
 * revision. That it was not is no error of this resource: the releases report it.
 */
export class HandOff implements Resource {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  check: Resource["check"] = (_subject, { news }) => ({
    inputs: withHiddenLogin(news),
    failures: [...silentFaultsOf(handOffInputs, news), ...clearSecrets(news)],
  });

  diff: Resource["diff"] = (_subject, { oldInputs, oldOutputs, news }) => {
    const changed = COMPARED.filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    const isApplied = handOffMemory.safeParse(oldOutputs).data?.failure === undefined;
    return { changed: isApplied ? changed : [...changed, "revision"] };
  };

  create: Resource["create"] = async (_subject, { inputs, preview }) => ({
    id: idOf(inputs),
    outputs: preview ? unknown(inputs) : await this.#handedOff(inputs, {}),
  });

  update: Resource["update"] = async (_subject, { news, oldOutputs, preview }) =>
    preview ? unknown(news) : this.#handedOff(news, oldOutputs);

  read: Resource["read"] = (_subject, { id, outputs }) => Promise.resolve({ id, outputs });

  /** What is written stays: with it the controller would delete what runs. */
  delete: Resource["delete"] = () => Promise.resolve();

  async #handedOff(inputs: Properties, olds: Properties): Promise<Properties> {
    const wanted = parsed(handOffInputs, inputs);
    const seconds = wanted.timeoutSeconds ?? TIMEOUT_SECONDS;
    const signal = AbortSignal.any([this.#run.signal, AbortSignal.timeout(seconds * 1000)]);
    const startedAt = new Date();
    const written = await Repository.with(placeOf(wanted), signal, (repository) =>
      writeToGit(
        repository,
        {
          files: filesOf(wanted.objects),
          message: commitMessage(wanted),
          last: handOffMemory.safeParse(olds).data?.files,
        },
        signal,
      ),
    );
    const result: HandOffResult = {
      ...written,
      changed: written.previous !== null,
      deployments: {},
      controller: { sync: null, health: null, revision: null, drift: [], selfHeal: null },
      startedAt: startedAt.toISOString(),
      seconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
    };
    return { ...withHiddenLogin(inputs), ...result };
  }
}

function placeOf({ to }: HandOffInputs): Place {
  if (!("git" in to)) {
    throw new Error("an artifact is not written yet");
  }
  return to;
}

/** Two stacks that write to one place are one too many. */
function idOf({ to }: Properties): string {
  const { git, branch, path, oci } = to as Readonly<Record<string, string>>;
  return oci ?? `${git}//${path}?ref=${branch}`;
}

function unknown(inputs: Properties): Properties {
  return { ...withHiddenLogin(inputs), ...Object.fromEntries(OWN.map((key) => [key, UNKNOWN])) };
}

/** What must not be in a repository. */
function clearSecrets({ objects }: Properties) {
  const list = Array.isArray(objects)
    ? (objects as readonly HandOffInputs["objects"][number][])
    : [];
  return list.flatMap(({ kind, metadata }) =>
    kind === "Secret"
      ? [
          {
            property: "objects",
            reason: `objects: must have no Secret in clear, got ${metadata.name}; seal it (docs/secrets.md), or let a store make it`,
          },
        ]
      : [],
  );
}

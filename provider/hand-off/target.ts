import type { HandOffInputs } from "../../contract/hand-off.ts";
import type { Lookup } from "../registry/registry.ts";
import type { Files } from "./files.ts";
import { restoreInGit } from "./git-restorer.ts";
import { foundInGit, heldByGit, writeToGit } from "./git-writer.ts";
import { Commits, type Handed, type Lineage } from "./lineage.ts";
import { commitMessage, restoreMessage } from "./message.ts";
import {
  Artifacts,
  type ArtifactRegistry,
  foundInRegistry,
  heldByRegistry,
  restoreInRegistry,
  writeToRegistry,
} from "./oci-writer.ts";
import { Repository } from "./repository.ts";
import type { Written } from "./written.ts";

/** Where desired state is kept. */
export interface Target {
  /** What is there, if it is these files; undefined if it differs. */
  holds(files: Files): Promise<Written | undefined>;
  /**
   * What is there under these names, whatever it is.
   *
   * @returns undefined if nothing is
   */
  found(names: readonly string[]): Promise<Pick<Written, "revision" | "files"> | undefined>;
  /** @param last what was written last; undefined if nothing is known to have been */
  write(files: Files, last: Pick<Written, "revision" | "files"> | undefined): Promise<Written>;
  /**
   * Restores what was there before of the delivery's services, in a registry of all; undefined if nothing was.
   *
   * @throws Error if somebody has changed it since
   */
  restore(taken: Taken): Promise<Pick<Written, "revision" | "previous"> | undefined>;
  lineage(handed: Handed): Lineage;
  defaultBranch(): Promise<string | undefined>;
}

/** What is taken back. */
export interface Taken {
  /** What failed. */
  readonly revision: string;
  /** What was there before. */
  readonly previous: string;
  /** Why, in a few words. */
  readonly reason: string;
}

/** What is written there, and where. */
export type Delivery = Pick<HandOffInputs, "to" | "stack" | "source" | "releases" | "login">;

/** Makes what asks registries. */
export type Registries = (...login: Parameters<Lookup>) => ArtifactRegistry;

/** Works with the place of a delivery; what that takes on this machine is gone afterwards. */
export function atTarget<T>(
  delivery: Delivery,
  registries: Registries,
  signal: AbortSignal,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const { to } = delivery;
  return "git" in to
    ? Repository.with(to, signal, (repository) => work(inGit(repository, delivery, signal)))
    : work(inRegistry(registries(delivery.login), to.oci, delivery));
}

/** The branch that a person merges; undefined where it is pushed to the branch itself. */
export function proposalOf({ to, stack, source, releases }: Delivery): string | undefined {
  if (!("git" in to) || to.pullRequest !== true) {
    return undefined;
  }
  const id = source.commit ?? releases[0]?.manifestHash.replace("sha256:", "") ?? "state";
  return `slipway/${stack.replaceAll(/[^\w.-]+/g, "-")}/${id.slice(0, 12)}`;
}

function inGit(repository: Repository, delivery: Delivery, signal: AbortSignal): Target {
  const proposal = proposalOf(delivery);
  return {
    holds: (files) => heldByGit(repository, files),
    found: (names) => foundInGit(repository, names),
    write: (files, last) => {
      const message = commitMessage(delivery);
      const { stack } = delivery;
      const writing = { files, message, stack, last, ...(proposal !== undefined && { proposal }) };
      return writeToGit(repository, writing, signal);
    },
    restore: ({ revision, previous, reason }) => {
      const message = restoreMessage(delivery, reason, revision);
      const { stack, releases } = delivery;
      const services = releases.map(({ service }) => service);
      const restoration = { from: revision, to: previous, message, stack, services };
      return restoreInGit(repository, restoration, signal);
    },
    lineage: (handed) => new Commits(repository, handed),
    defaultBranch: () => repository.defaultBranch(),
  };
}

function inRegistry(registry: ArtifactRegistry, oci: string, delivery: Delivery): Target {
  const artifact = { ...delivery, oci };
  return {
    holds: (files) => heldByRegistry(registry, oci, files),
    found: () => foundInRegistry(registry, oci),
    write: (files, last) => writeToRegistry(registry, artifact, files, last?.revision),
    restore: (taken) => restoreInRegistry(registry, oci, taken),
    lineage: (handed) => new Artifacts(registry, oci, handed),
    defaultBranch: () => Promise.resolve(undefined),
  };
}

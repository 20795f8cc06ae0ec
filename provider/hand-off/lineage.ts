import { oneLine } from "../cluster/one-line.ts";
import type { Repository } from "./repository.ts";

/** How a revision that a controller reports stands to the one that was handed off. */
export type Standing =
  /** It is the one, or has the same files. */
  | { readonly kind: "ours" }
  /** It came before. */
  | { readonly kind: "earlier" }
  /** It took over: in words, who and how. */
  | { readonly kind: "foreign"; readonly words: string }
  /** Nothing is known of it. */
  | { readonly kind: "unknown" };

/** What was handed off. */
export interface Handed {
  readonly revision: string;
  /** Whether it was written just now: then whatever came before is not it, be it of the same files. */
  readonly changed: boolean;
}

/** Tells how revisions stand to the one that was handed off. */
export interface Lineage {
  standing(revision: string): Promise<Standing>;
}

const UNKNOWN: Standing = { kind: "unknown" };
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** The commits of a branch. */
export class Commits implements Lineage {
  readonly #repository: Repository;
  readonly #handed: Handed;

  constructor(repository: Repository, handed: Handed) {
    this.#repository = repository;
    this.#handed = handed;
  }

  async standing(revision: string): Promise<Standing> {
    const { revision: ours, changed } = this.#handed;
    if (revision === ours) {
      return { kind: "ours" };
    }
    if (!COMMIT.test(revision)) {
      return UNKNOWN;
    }
    const head = await this.#repository.head();
    if (head !== ours && !(await this.#repository.past.hasReached(ours))) {
      return { kind: "foreign", words: this.#forced(head) };
    }
    const isLater = await this.#repository.past.isAncestor(ours, revision);
    if ((isLater || !changed) && (await this.#hasOurs(revision))) {
      return { kind: "ours" };
    }
    if (isLater) {
      return { kind: "foreign", words: await this.#taker(revision) };
    }
    return (await this.#repository.past.isAncestor(revision, ours)) ? { kind: "earlier" } : UNKNOWN;
  }

  async #hasOurs(revision: string): Promise<boolean> {
    const { path } = this.#repository.place;
    const theirs = await this.#repository.tree.id(revision, path);
    return (
      theirs !== undefined &&
      theirs === (await this.#repository.tree.id(this.#handed.revision, path))
    );
  }

  /** Who took over with a later commit. */
  async #taker(revision: string): Promise<string> {
    const { path } = this.#repository.place;
    const [last] = await this.#repository.past.changesOf(path, this.#handed.revision, revision);
    return last === undefined
      ? `commit ${short(revision)} has other files in ${path}`
      : `commit ${short(last.commit)} of ${oneLine(last.author, 60)} changed ${path}: ${oneLine(last.subject, 120)}`;
  }

  #forced(head: string): string {
    const { branch } = this.#repository.place;
    return `branch ${branch} no longer has commit ${short(this.#handed.revision)}: somebody has replaced its history, and it is at ${short(head)}`;
  }
}

/** How a revision stands that a controller may not name. */
export function standingOf(
  revision: string | undefined,
  { standing }: { readonly standing: (revision: string) => Standing },
): Standing {
  return revision === undefined ? UNKNOWN : standing(revision);
}

/** A commit or digest as people write it. */
export function short(revision: string): string {
  return revision.replace(/^sha256:/, "").slice(0, 12);
}

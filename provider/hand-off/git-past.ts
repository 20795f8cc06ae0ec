import { type Clone, THERE } from "./git-clone.ts";

/** A commit that changed files. */
export interface Change {
  readonly commit: string;
  readonly author: string;
  readonly subject: string;
  /** The stack that it handed off; empty if Slipway did not make it. */
  readonly stack: string;
}

/** How often a hundred commits more are fetched to find one. */
const DEEPENED = 5;

/** How the commits of a clone follow each other. */
export class Past {
  readonly #clone: Clone;
  #isDeep = false;

  constructor(clone: Clone) {
    this.#clone = clone;
  }

  /** Fetches as much of the branch's past as there has to be to know a commit: whether it is known then. */
  async hasReached(commit: string): Promise<boolean> {
    if (commit === (await this.#clone.there())) {
      return true;
    }
    for (let deepened = 0; ; deepened++) {
      const isShallow = await this.#clone.isShallow();
      // Of a commit that was not fetched git asks the server, to no avail.
      if ((this.#isDeep || !isShallow) && (await this.isAncestor(commit, THERE))) {
        return true;
      }
      if (!isShallow || deepened === DEEPENED) {
        return false;
      }
      await this.#clone.fetch("--deepen=100");
      this.#isDeep = true;
    }
  }

  /** Whether a commit comes after another one, or is it; false as far as nothing is known of either. */
  isAncestor(one: string, later: string): Promise<boolean> {
    return this.#clone.answers(["merge-base", "--is-ancestor", one, later]);
  }

  /** The commits between two that changed files of a folder, the latest first. */
  async changesOf(path: string, from: string, to: string): Promise<readonly Change[]> {
    const format =
      "--format=%H%x1f%an%x1f%s%x1f%(trailers:key=Slipway-stack,valueonly,separator=%x20)%x1e";
    const args = ["log", "-n", "20", format, `${from}..${to}`, "--", path];
    const lines = (await this.#clone.run(args).catch(() => "")).split("\u001e");
    return lines.flatMap((line) => {
      const [commit = "", author = "", subject = "", stack = ""] = line.trim().split("\u001f");
      return commit === "" ? [] : [{ commit, author, subject, stack }];
    });
  }
}

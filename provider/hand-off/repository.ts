import { Clone, type Place } from "./git-clone.ts";
import { commitTo, type NewCommit } from "./git-commit.ts";
import { GitError } from "./git.ts";
import { Past } from "./git-past.ts";
import { Tree } from "./git-tree.ts";

/** How git says that a branch does not exist. */
const ABSENT = /couldn't find remote ref|Remote branch .* not found/;

/** How git says that the branch has moved meanwhile. */
const OUTRUN =
  /non-fast-forward|fetch first|cannot lock ref|failed to update ref|reference already exists|stale info/;

/** A branch of a repository. */
export class Repository {
  readonly place: Place;
  readonly tree: Tree;
  readonly past: Past;
  readonly #clone: Clone;
  #hasFetched = false;

  private constructor(clone: Clone) {
    this.#clone = clone;
    this.place = clone.place;
    this.tree = new Tree(clone);
    this.past = new Past(clone);
  }

  /** Works with a repository; what that takes on this machine is gone afterwards. */
  static with<T>(
    place: Place,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ): Promise<T> {
    return Clone.with(place, signal, (clone) => work(new Repository(clone)));
  }

  /**
   * The commit that the branch is at.
   *
   * @throws Error if the branch does not exist, or there is no answer
   */
  async head(): Promise<string> {
    const { git: address, branch } = this.place;
    const depth = this.#hasFetched ? [] : ["--depth=1"];
    try {
      await this.#clone.fetch(...depth, "--filter=blob:none");
    } catch (error) {
      const isAbsent = error instanceof GitError && ABSENT.test(error.words);
      const told = isAbsent
        ? `branch ${branch} does not exist in ${address}; create it, or set the branch that the controller follows`
        : `${address} cannot be read: ${(error as Error).message}; check the address, and the key or credential helper of git on this machine`;
      throw error instanceof GitError ? new Error(told) : error;
    }
    this.#hasFetched = true;
    return this.#clone.there();
  }

  /** Makes a commit: its id. */
  commit(commit: NewCommit): Promise<string> {
    return commitTo(this.#clone, commit);
  }

  /**
   * Pushes a commit to a branch, where it follows what is there.
   *
   * @param options.replaces whether it may replace what is there: a branch of our own
   * @returns whether it was accepted; false if somebody else was faster
   * @throws Error if the repository refuses it
   */
  async push(commit: string, branch: string, options: { readonly replaces?: boolean } = {}) {
    const force = options.replaces === true ? "+" : "";
    try {
      const spec = `${force}${commit}:refs/heads/${branch}`;
      // A thin pack would have to know the contents that ours are similar to: they were not fetched.
      await this.#clone.run(["push", "--quiet", "--no-verify", "--no-thin", "origin", spec]);
      return true;
    } catch (error) {
      if (error instanceof GitError && OUTRUN.test(error.words)) {
        return false;
      }
      throw error instanceof GitError
        ? new Error(
            `branch ${branch} of ${this.place.git} cannot be pushed to: ${error.message}; check that the key may write, and that no rule of the branch forbids a push`,
          )
        : error;
    }
  }

  /** The branch that `HEAD` is there; undefined if it does not say. */
  async defaultBranch(): Promise<string | undefined> {
    const said = await this.#clone.run(["ls-remote", "--symref", "origin", "HEAD"]).catch(() => "");
    return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(said)?.[1];
  }
}

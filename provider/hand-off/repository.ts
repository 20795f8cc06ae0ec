import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { git, GitError } from "./git.ts";

/** An entry of a folder in git: `100644`, `040000`, `120000` or `160000`. */
export interface Entry {
  readonly mode: string;
  readonly id: string;
}

/** Entries of a folder by name. */
export type Folder = ReadonlyMap<string, Entry>;

/** A commit that changed files. */
export interface Change {
  readonly commit: string;
  readonly author: string;
  readonly subject: string;
  /** The stack that it handed off; empty if Slipway did not make it. */
  readonly stack: string;
}

/** Where desired state is in git. */
export interface Place {
  readonly git: string;
  readonly branch: string;
  readonly path: string;
}

/** How often a hundred commits more are fetched to find one. */
const DEEPENED = 5;

const FILE = "100644";
const FOLDER = "040000";
const KINDS: Readonly<Record<string, string>> = {
  "120000": "a symbolic link",
  "160000": "a submodule",
};

/** How git says that a branch does not exist. */
const ABSENT = /couldn't find remote ref|Remote branch .* not found/;

/** How git says that the branch has moved meanwhile. */
const OUTRUN =
  /non-fast-forward|fetch first|cannot lock ref|failed to update ref|reference already exists|stale info/;

/** How a server refuses to give single objects afterwards. */
const PARTIAL = /not our ref|promisor|unadvertised object/;

/**
 * A branch of a repository, without a checkout: nothing of it is ever a file of this machine, so that no link leads out of it,
 * and no attribute changes what is written. Of its past only what is asked for is fetched.
 */
export class Repository {
  readonly place: Place;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  /** By id: what has one never changes. */
  readonly #folders = new Map<string, Folder>();
  #hasFetched = false;

  private constructor(place: Place, folder: string, signal: AbortSignal) {
    this.place = place;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Works with a repository in a folder that is gone afterwards. */
  static async with<T>(
    place: Place,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-git-"));
    try {
      const repository = new Repository(place, folder, signal);
      await repository.#prepare();
      return await work(repository);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * The commit that the branch is at.
   *
   * @throws Error if the branch does not exist, or there is no answer
   */
  async head(): Promise<string> {
    const { git: address, branch } = this.place;
    const fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"];
    const spec = `+refs/heads/${branch}:refs/heads/there`;
    const depth = this.#hasFetched ? [] : ["--depth=1"];
    try {
      await this.#git([...fetch, ...depth, "--filter=blob:none", "origin", spec]);
    } catch (error) {
      const isAbsent = error instanceof GitError && ABSENT.test(error.words);
      const told = isAbsent
        ? `branch ${branch} does not exist in ${address}; create it, or set the branch that the controller follows`
        : `${address} cannot be read: ${(error as Error).message}; check the address, and the key or credential helper of git on this machine`;
      throw error instanceof GitError ? new Error(told) : error;
    }
    this.#hasFetched = true;
    return (await this.#git(["rev-parse", "refs/heads/there"])).trim();
  }

  /**
   * A folder of a commit, undefined if it does not exist.
   *
   * @throws Error if something other than a folder has its name, or that of a folder above it
   */
  async folder(commit: string, path: string): Promise<Folder | undefined> {
    let entries = await this.#root(commit);
    const walked: string[] = [];
    for (const name of path.split("/")) {
      walked.push(name);
      const entry = entries.get(name);
      if (entry === undefined) {
        return undefined;
      }
      if (entry.mode !== FOLDER) {
        throw new Error(
          `${walked.join("/")} must be a folder in ${this.place.git}, got ${KINDS[entry.mode] ?? "a file"}`,
        );
      }
      entries = await this.#entries(entry.id);
    }
    return entries;
  }

  /** The content of a file. */
  async content({ id }: Entry): Promise<string> {
    try {
      return await this.#git(["cat-file", "blob", id]);
    } catch (error) {
      if (!(error instanceof GitError && PARTIAL.test(error.words))) {
        throw error;
      }
      await this.#git(["fetch", "--quiet", "--refetch", "--depth=1", "origin", "refs/heads/there"]);
      return this.#git(["cat-file", "blob", id]);
    }
  }

  /** The contents of files, in the same order. */
  async contents(entries: readonly Entry[]): Promise<string[]> {
    const found: string[] = [];
    for (const entry of entries) {
      found.push(await this.content(entry));
    }
    return found;
  }

  /** Keeps contents, so that a folder can have them: their ids, in the same order. */
  async keep(contents: readonly string[]): Promise<string[]> {
    const paths = contents.map((_, index) => join(this.#folder, `content-${index}`));
    for (const [index, path] of paths.entries()) {
      await writeFile(path, contents[index] ?? "");
    }
    const args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
    return (await this.#git(args, paths.join("\n"))).trim().split("\n");
  }

  /** A commit after another one, in which the folder has these entries and everything else is as before. */
  async commit(parent: string, path: string, folder: Folder, message: string): Promise<string> {
    const names = path.split("/");
    const levels = [await this.#root(parent)];
    for (const name of names.slice(0, -1)) {
      const entry = levels.at(-1)?.get(name);
      levels.push(entry === undefined ? new Map<string, Entry>() : await this.#entries(entry.id));
    }
    let tree = await this.#tree(folder);
    for (const [index, name] of [...names.entries()].reverse()) {
      tree = await this.#tree(new Map(levels[index]).set(name, { mode: FOLDER, id: tree }));
    }
    const made = await this.#git(["commit-tree", "-p", parent, tree, "-F", "-"], message);
    return made.trim();
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
      await this.#git(["push", "--quiet", "--no-verify", "origin", spec]);
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
    const said = await this.#git(["ls-remote", "--symref", "origin", "HEAD"]).catch(() => "");
    return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(said)?.[1];
  }

  /** Fetches as much of the past as there has to be to know a commit: whether it is known then. */
  async hasReached(commit: string): Promise<boolean> {
    const spec = `+refs/heads/${this.place.branch}:refs/heads/there`;
    for (let deepened = 0; ; deepened++) {
      const isThere = await this.#answers([
        "merge-base",
        "--is-ancestor",
        commit,
        "refs/heads/there",
      ]);
      if (isThere || deepened === DEEPENED) {
        return isThere;
      }
      await this.#git(["fetch", "--quiet", "--no-tags", "--deepen=100", "origin", spec]);
    }
  }

  /** Whether a commit comes after another one, or is it; false as far as nothing is known of either. */
  async isAncestor(one: string, later: string): Promise<boolean> {
    return this.#answers(["merge-base", "--is-ancestor", one, later]);
  }

  /** The id of a folder in a commit, undefined if either is unknown. */
  async treeOf(commit: string, path: string): Promise<string | undefined> {
    try {
      return (await this.#git(["rev-parse", "--verify", "--quiet", `${commit}:${path}`])).trim();
    } catch (error) {
      if (error instanceof GitError) {
        return undefined;
      }
      throw error;
    }
  }

  /** The commits between two that changed files of a folder, the latest first. */
  async changesOf(path: string, from: string, to: string): Promise<readonly Change[]> {
    const format =
      "--format=%H%x1f%an%x1f%s%x1f%(trailers:key=Slipway-stack,valueonly,separator=%x20)%x1e";
    const args = ["log", "-n", "20", format, `${from}..${to}`, "--", path];
    const lines = (await this.#git(args).catch(() => "")).split("\u001e");
    return lines.flatMap((line) => {
      const [commit = "", author = "", subject = "", stack = ""] = line.trim().split("\u001f");
      return commit === "" ? [] : [{ commit, author, subject, stack }];
    });
  }

  async #prepare(): Promise<void> {
    await this.#git(["init", "--quiet", "--bare", "--template="]);
    const url = this.place.git.replaceAll(/["\\]/g, "\\$&");
    const identity = "[user]\n\tname = Slipway\n\temail = slipway@invalid\n";
    await appendFile(
      join(this.#folder, "config"),
      `[remote "origin"]\n\turl = "${url}"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n${(await this.#hasIdentity()) ? "" : identity}`,
    );
  }

  #hasIdentity(): Promise<boolean> {
    return this.#answers(["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"]);
  }

  async #answers(args: readonly string[]): Promise<boolean> {
    try {
      await this.#git(args);
      return true;
    } catch (error) {
      if (error instanceof GitError) {
        return false;
      }
      throw error;
    }
  }

  #root(commit: string): Promise<Folder> {
    return this.#entries(`${commit}^{tree}`);
  }

  async #entries(tree: string): Promise<Folder> {
    const known = this.#folders.get(tree);
    if (known !== undefined) {
      return known;
    }
    const lines = (await this.#git(["ls-tree", "-z", tree])).split("\0");
    const entries = lines.flatMap((line): [string, Entry][] => {
      const tab = line.indexOf("\t");
      const [mode = "", , id = ""] = line.slice(0, tab).split(" ");
      return tab === -1 ? [] : [[line.slice(tab + 1), { mode, id }]];
    });
    const folder = new Map(entries);
    this.#folders.set(tree, folder);
    return folder;
  }

  async #tree(folder: Folder): Promise<string> {
    const type = (mode: string) =>
      mode === FOLDER ? "tree" : mode === "160000" ? "commit" : "blob";
    const lines = [...folder].map(
      ([name, { mode, id }]) => `${mode} ${type(mode)} ${id}\t${name}\0`,
    );
    return (await this.#git(["mktree", "-z", "--missing"], lines.join(""))).trim();
  }

  #git(args: readonly string[], input?: string): Promise<string> {
    return git(this.#folder, args, {
      ...(input !== undefined && { input }),
      signal: this.#signal,
    });
  }
}

/** An entry that is a file with this content. */
export function fileEntry(id: string): Entry {
  return { mode: FILE, id };
}

import type { Clone } from "./git-clone.ts";
import { type Entry, type Folder, notFolder } from "./git-folder.ts";
import { GitError } from "./git.ts";

/** How a server refuses to give single objects afterwards. */
const PARTIAL = /not our ref|promisor|unadvertised object/;

/** What the commits of a clone have. */
export class Tree {
  readonly #clone: Clone;
  /** By commit and path: what a commit has never changes. */
  readonly #folders = new Map<string, Folder | undefined>();
  readonly #contents = new Map<string, string>();

  constructor(clone: Clone) {
    this.#clone = clone;
  }

  /**
   * A folder of a commit, undefined if it does not exist.
   *
   * @throws Error if something other than a folder has its name, or that of a folder above it
   */
  async folder(commit: string, path: string): Promise<Folder | undefined> {
    const key = `${commit}:${path}`;
    if (!this.#folders.has(key)) {
      this.#folders.set(key, await this.#read(commit, path));
    }
    return this.#folders.get(key);
  }

  /** The content of a file. */
  async content(entry: Entry): Promise<string> {
    const [content = ""] = await this.contents([entry]);
    return content;
  }

  /** The contents of files, in the same order. */
  async contents(entries: readonly Entry[]): Promise<string[]> {
    const ids = entries.map(({ id }) => id).filter((id) => !this.#contents.has(id));
    const unread = [...new Set(ids)];
    if (unread.length > 0) {
      const contents = contentsOf(await this.#batch(unread));
      for (const [index, id] of unread.entries()) {
        this.#contents.set(id, contents[index] ?? "");
      }
    }
    return entries.map(({ id }) => this.#contents.get(id) ?? "");
  }

  /** The id of a folder in a commit, undefined if either is unknown. */
  async id(commit: string, path: string): Promise<string | undefined> {
    const args = ["rev-parse", "--verify", "--quiet", `${commit}:${path}`];
    const id = await this.#clone.run(args).catch(whatGitSays);
    return id?.trim();
  }

  async #read(commit: string, path: string): Promise<Folder | undefined> {
    const names = path.split("/");
    const paths = names.map((_, index) => names.slice(0, index + 1).join("/"));
    const args = ["ls-tree", "-z", "-t", commit, "--", ...paths, `${path}/`];
    const entries = entriesOf(await this.#clone.run(args));
    for (const each of paths) {
      const entry = entries.get(each);
      if (entry === undefined) {
        return undefined;
      }
      const other = notFolder(entry);
      if (other !== undefined) {
        throw new Error(`${each} must be a folder in ${this.#clone.place.git}, got ${other}`);
      }
    }
    const below = [...entries].filter(([each]) => each.startsWith(`${path}/`));
    return new Map(below.map(([each, entry]) => [each.slice(path.length + 1), entry]));
  }

  async #batch(ids: readonly string[]): Promise<Buffer> {
    if (ids.length > 1) {
      // Git would fetch each that is missing by itself.
      await this.#clone.fetchContents(ids).catch(whatGitSays);
    }
    const read = () => this.#clone.runBytes(["cat-file", "--batch"], `${ids.join("\n")}\n`);
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof GitError && PARTIAL.test(error.words))) {
        throw error;
      }
      await this.#clone.fetch("--refetch", "--no-filter");
      return read();
    }
  }
}

function whatGitSays(error: unknown): undefined {
  if (!(error instanceof GitError)) {
    throw error;
  }
}

/** The entries that `git ls-tree -z` prints, by path. */
function entriesOf(lines: string): ReadonlyMap<string, Entry> {
  const entries = lines.split("\0").flatMap((line): [string, Entry][] => {
    const tab = line.indexOf("\t");
    const [mode = "", , id = ""] = line.slice(0, tab).split(" ");
    return tab === -1 ? [] : [[line.slice(tab + 1), { mode, id }]];
  });
  return new Map(entries);
}

/** The contents that `git cat-file --batch` prints. */
function contentsOf(printed: Buffer): readonly string[] {
  const contents: string[] = [];
  for (let at = 0; at < printed.length;) {
    const end = printed.indexOf("\n", at);
    const [, , size = "0"] = printed.subarray(at, end).toString().split(" ");
    const next = end + 1 + Number(size);
    contents.push(printed.subarray(end + 1, next).toString());
    at = next + 1;
  }
  return contents;
}

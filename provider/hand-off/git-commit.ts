import type { Clone } from "./git-clone.ts";
import type { Entry, Folder } from "./git-folder.ts";
import { GitError } from "./git.ts";

/** What a commit changes. */
export interface NewCommit {
  readonly parent: string;
  readonly path: string;
  /** The folder as the parent has it. */
  readonly present: Folder;
  /** The folder as it is to be. */
  readonly wanted: Folder;
  readonly message: string;
}

/** A commit after another one, in which a folder has other entries, and everything else is as before: its id. */
export async function commitTo(clone: Clone, commit: NewCommit): Promise<string> {
  const [author, committer] = await Promise.all([
    identity(clone, "GIT_AUTHOR_IDENT"),
    identity(clone, "GIT_COMMITTER_IDENT"),
  ]);
  const { path, present, wanted, parent, message } = commit;
  const stream = [
    "commit refs/heads/ours",
    "mark :1",
    `author ${author}`,
    `committer ${committer}`,
    data(message),
    `from ${parent}`,
    ...[...present.keys()]
      .filter((name) => !wanted.has(name))
      .map((name) => `D ${quoted(path, name)}`),
    ...[...wanted]
      .filter(([name, entry]) => !isSame(present.get(name), entry))
      .map(([name, entry]) => modified(quoted(path, name), entry)),
    "",
    "get-mark :1",
    "done",
    "",
  ];
  const settings = ["-c", "fastimport.unpackLimit=0"];
  const args = [...settings, "fast-import", "--quiet", "--done", "--force"];
  return (await clone.run(args, stream.join("\n"))).trim();
}

/** Who commits, by the settings of git on this machine. */
async function identity(clone: Clone, name: string): Promise<string> {
  try {
    return (await clone.run(["-c", "user.useConfigOnly=true", "var", name])).trim();
  } catch (error) {
    if (error instanceof GitError) {
      return `Slipway <slipway@invalid> ${Math.floor(Date.now() / 1000)} +0000`;
    }
    throw error;
  }
}

function modified(path: string, { mode, id, content }: Entry): string {
  return content === undefined
    ? `M ${mode} ${id} ${path}`
    : `M ${mode} inline ${path}\n${data(content)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function quoted(path: string, name: string): string {
  const escaped = `${path}/${name}`.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n");
  return `"${escaped}"`;
}

function isSame(one: Entry | undefined, other: Entry): boolean {
  return one?.id === other.id && one.mode === other.mode;
}

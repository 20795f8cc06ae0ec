import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { folderWith } from "./folder.ts";

/** A repository of git in a folder, in which somebody else works, too. */
export class GitRemote {
  readonly #folder: string;

  /**
   * @param options.of one that it begins as, be it a different one from then on
   * @param options.filters whether it gives commits without their contents, as hosting services do
   * @param options.singles whether it gives single contents afterwards, to who speaks the protocol's first version
   */
  constructor({
    of,
    filters = true,
    singles = filters,
  }: { readonly of?: GitRemote; readonly filters?: boolean; readonly singles?: boolean } = {}) {
    this.#folder = folderWith({});
    cpSync(of === undefined ? template() : of.#folder, this.#folder, { recursive: true });
    const upload = `[uploadpack]\n\tallowFilter = ${filters}\n\tallowAnySHA1InWant = ${singles}\n`;
    appendFileSync(join(this.#bare, "config"), upload);
  }

  get url(): string {
    return `file://${this.#bare}`;
  }

  /** Runs git in the repository itself. */
  git(...args: readonly string[]): string {
    return run(this.#bare, args);
  }

  head(branch = "main"): string {
    return readFileSync(join(this.#bare, "refs/heads", branch), "utf8").trim();
  }

  /** Files of a commit. */
  files(commit = "main"): string[] {
    return this.git("ls-tree", "-r", "--name-only", "-z", commit).split("\0").filter(Boolean);
  }

  show(path: string, commit = "main"): string {
    return this.git("show", `${commit}:${path}`);
  }

  message(commit = "main"): string {
    return this.git("log", "-1", "--format=%B", commit);
  }

  /** A commit of somebody else; null removes a file or folder. */
  commit(subject: string, files: Readonly<Record<string, string | null>>): string {
    return this.#write(subject, ["from refs/heads/main^0", ...Object.entries(files).map(fileLine)]);
  }

  /** A symbolic link in the place of a folder or file. */
  link(path: string, target: string): string {
    const line = `M 120000 inline ${path}\n${data(target)}`;
    return this.#write(`Link ${path}`, ["from refs/heads/main^0", line]);
  }

  /** Replaces the history of the branch with one commit that has these files. */
  force(files: Readonly<Record<string, string>>): string {
    this.git("update-ref", "-d", "refs/heads/main");
    return this.#write("Begin anew", Object.entries(files).map(fileLine));
  }

  get #bare(): string {
    return join(this.#folder, "deploy.git");
  }

  /** Writes a commit of a person in the repository itself. */
  #write(subject: string, lines: readonly string[]): string {
    return imported(this.#bare, subject, lines);
  }
}

let made: string | undefined;

/** A repository with one commit. */
function template(): string {
  if (made === undefined) {
    made = folderWith({});
    const bare = join(made, "deploy.git");
    run(made, ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", bare]);
    imported(bare, "Begin", [fileLine(["README.md", "deploy\n"])]);
    // Nobody keeps it for long enough to tidy up.
    run(bare, ["config", "receive.autogc", "false"]);
  }
  return made;
}

function imported(folder: string, subject: string, lines: readonly string[]): string {
  const stream = [
    "commit refs/heads/main",
    "mark :1",
    "committer Jane Doe <jane@example.com> now",
    data(subject),
    ...lines,
    "get-mark :1",
    "done",
    "",
  ];
  const args = ["fast-import", "--quiet", "--done", "--date-format=now"];
  return run(folder, args, stream.join("\n"));
}

function fileLine([path, content]: readonly [string, string | null]): string {
  const name = `"${path.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
  return content === null ? `D ${name}` : `M 100644 inline ${name}\n${data(content)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function run(folder: string, args: readonly string[], input = ""): string {
  const stdio = ["pipe", "pipe", "pipe"] as ["pipe", "pipe", "pipe"];
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", stdio, input }).trim();
}

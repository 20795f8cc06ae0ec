import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { folderWith, write } from "./folder.ts";

/** A repository of git in a folder, and a clone in which somebody else works. */
export class GitRemote {
  readonly #folder: string;

  /** @param options.filters whether it gives commits without their contents, as hosting services do */
  constructor({ filters = true }: { readonly filters?: boolean } = {}) {
    this.#folder = folderWith({});
    cpSync(template(), this.#folder, { recursive: true });
    const upload = `[uploadpack]\n\tallowFilter = ${filters}\n\tallowAnySHA1InWant = ${filters}\n`;
    appendFileSync(join(this.#bare, "config"), upload);
  }

  get url(): string {
    return `file://${this.#bare}`;
  }

  /** Runs git in the repository itself. */
  git(...args: readonly string[]): string {
    return this.#run(this.#bare, args);
  }

  head(branch = "main"): string {
    return this.git("rev-parse", branch);
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

  /** A commit of somebody else; null removes a file. */
  commit(subject: string, files: Readonly<Record<string, string | null>>): string {
    this.#run(this.#clone, ["fetch", "--quiet", this.#bare, "main"]);
    this.#run(this.#clone, ["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    for (const [path, content] of Object.entries(files)) {
      if (content === null) {
        this.#run(this.#clone, ["rm", "--quiet", "-r", path]);
      } else {
        write(this.#clone, path, content);
      }
    }
    return this.#pushed(subject);
  }

  /** A symbolic link in the place of a folder or file. */
  link(path: string, target: string): string {
    this.#run(this.#clone, ["pull", "--quiet", this.#bare, "main"]);
    symlinkSync(target, join(this.#clone, path));
    return this.#pushed(`Link ${path}`);
  }

  /** Replaces the history of the branch with one commit that has these files. */
  force(files: Readonly<Record<string, string>>): string {
    this.#run(this.#clone, ["checkout", "--quiet", "--orphan", "anew"]);
    this.#run(this.#clone, ["rm", "--quiet", "-rf", "."]);
    for (const [path, content] of Object.entries(files)) {
      write(this.#clone, path, content);
    }
    this.#run(this.#clone, ["add", "--all"]);
    this.#run(this.#clone, [...PERSON, "commit", "--quiet", "-m", "Begin anew"]);
    this.#run(this.#clone, ["push", "--quiet", "--force", this.#bare, "HEAD:main"]);
    this.#run(this.#clone, ["checkout", "--quiet", "-B", "main"]);
    return this.head();
  }

  get #bare(): string {
    return join(this.#folder, "deploy.git");
  }

  get #clone(): string {
    return join(this.#folder, "clone");
  }

  #pushed(subject: string): string {
    this.#run(this.#clone, ["add", "--all"]);
    this.#run(this.#clone, [...PERSON, "commit", "--quiet", "--allow-empty", "-m", subject]);
    this.#run(this.#clone, ["push", "--quiet", this.#bare, "HEAD:main"]);
    return this.head();
  }

  #run(folder: string, args: readonly string[]): string {
    return run(folder, args);
  }
}

const PERSON = ["-c", "user.name=Jane Doe", "-c", "user.email=jane@example.com"];

let made: string | undefined;

/** A repository with one commit, and a clone of it. */
function template(): string {
  if (made === undefined) {
    made = folderWith({ "clone/README.md": "deploy\n" });
    const clone = join(made, "clone");
    run(clone, ["init", "--quiet", "--initial-branch=main"]);
    run(clone, ["add", "--all"]);
    run(clone, [...PERSON, "commit", "--quiet", "-m", "Begin"]);
    run(made, ["clone", "--quiet", "--bare", "clone", "deploy.git"]);
  }
  return made;
}

function run(folder: string, args: readonly string[]): string {
  const stdio = ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"];
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", stdio }).trim();
}

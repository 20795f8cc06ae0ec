import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { git, gitBytes, GitError } from "./git.ts";

/** Where desired state is in git. */
export interface Place {
  readonly git: string;
  readonly branch: string;
  readonly path: string;
}

/** The branch, as it was fetched last. */
export const THERE = "refs/heads/there";

const FETCH = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"];

/**
 * A clone of a branch, without a checkout: nothing of it is ever a file of this machine, so that no link leads out of it, and no
 * attribute changes what is written. Of its past, and of its contents, only what is asked for is fetched.
 */
export class Clone {
  readonly place: Place;
  readonly #folder: string;
  readonly #signal: AbortSignal;

  private constructor(place: Place, folder: string, signal: AbortSignal) {
    this.place = place;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Works with a clone in a folder that is gone afterwards. */
  static async with<T>(
    place: Place,
    signal: AbortSignal,
    work: (clone: Clone) => Promise<T>,
  ): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-git-"));
    try {
      await prepare(folder, place.git);
      return await work(new Clone(place, folder, signal));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What a command of git prints. */
  run(args: readonly string[], input?: string): Promise<string> {
    return git(this.#folder, args, this.#with(input));
  }

  runBytes(args: readonly string[], input?: string): Promise<Buffer> {
    return gitBytes(this.#folder, args, this.#with(input));
  }

  /** Fetches the branch. */
  async fetch(...options: readonly string[]): Promise<void> {
    const spec = `+refs/heads/${this.place.branch}:${THERE}`;
    await this.run([...FETCH, ...options, "origin", spec]);
  }

  /** Fetches contents. */
  async fetchContents(ids: readonly string[]): Promise<void> {
    await this.run([...FETCH, "--filter=blob:none", "--stdin", "origin"], `${ids.join("\n")}\n`);
  }

  /** Whether a command of git succeeds. */
  async answers(args: readonly string[]): Promise<boolean> {
    try {
      await this.run(args);
      return true;
    } catch (error) {
      if (error instanceof GitError) {
        return false;
      }
      throw error;
    }
  }

  /** The commit that the branch was at when it was fetched last. */
  async there(): Promise<string> {
    return (await readFile(join(this.#folder, THERE), "utf8")).trim();
  }

  /** Whether the branch has a past that was not fetched. */
  async isShallow(): Promise<boolean> {
    const shallow = await readFile(join(this.#folder, "shallow"), "utf8").catch(() => "");
    return shallow !== "";
  }

  #with(input: string | undefined) {
    return { ...(input !== undefined && { input }), signal: this.#signal };
  }
}

/** A repository as git lays it out, empty. */
async function prepare(folder: string, address: string): Promise<void> {
  await mkdir(join(folder, "objects"));
  await mkdir(join(folder, "refs"));
  await writeFile(join(folder, "HEAD"), `ref: ${THERE}\n`);
  const url = address.replaceAll(/["\\]/g, "\\$&");
  await writeFile(
    join(folder, "config"),
    `[core]\n\trepositoryformatversion = 0\n\tbare = true\n[remote "origin"]\n\turl = "${url}"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n`,
  );
}

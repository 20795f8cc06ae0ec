import { createHash } from "node:crypto";

const FILE = "100644";
const FOLDER = "040000";
const KINDS: Readonly<Record<string, string>> = {
  "120000": "a symbolic link",
  "160000": "a submodule",
};

/** An entry of a folder in git. */
export interface Entry {
  /** `100644`, `040000`, `120000` or `160000`. */
  readonly mode: string;
  readonly id: string;
  /**
   * What a commit writes.
   * @default - the repository has it
   */
  readonly content?: string;
}

/** Entries of a folder by name. */
export type Folder = ReadonlyMap<string, Entry>;

/** A file with this content, whether the repository has it or not. */
export function fileEntry(content: string): Entry {
  return { mode: FILE, id: idOf(content), content };
}

/** What is in the place of a folder, in words; undefined if it is one. */
export function notFolder({ mode }: Entry): string | undefined {
  return mode === FOLDER ? undefined : (KINDS[mode] ?? "a file");
}

/** As `git hash-object` makes it. */
function idOf(content: string): string {
  const bytes = Buffer.from(content);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

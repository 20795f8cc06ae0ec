import { closeSync, openSync, statSync } from "node:fs";

/** The longest path that Linux takes is as long as a page of a book. */
const LONGEST_PATH = 200;

/** Why a file or folder cannot be used, undefined if it can. It throws for no path. */
export function unusable(path: string, kind: "file" | "folder"): string | undefined {
  const shown = path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      return `${kind} ${shown} does not exist`;
    }
    if (!(kind === "file" ? found.isFile() : found.isDirectory())) {
      return `${shown} is not a ${kind}`;
    }
    closeSync(openSync(path, "r"));
    return undefined;
  } catch (error) {
    return `${shown} cannot be read (${(error as NodeJS.ErrnoException).code ?? "no reason"})`;
  }
}

import { closeSync, openSync, statSync } from "node:fs";

/** Why a file or folder cannot be used, undefined if it can. It throws for no path. */
export function unusable(path: string, kind: "file" | "folder"): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      return `${kind} ${path} does not exist`;
    }
    if (!(kind === "file" ? found.isFile() : found.isDirectory())) {
      return `${path} is not a ${kind}`;
    }
    closeSync(openSync(path, "r"));
    return undefined;
  } catch (error) {
    return `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "no reason"})`;
  }
}

import { closeSync, openSync, statSync } from "node:fs";

/** Why a file or folder cannot be used, undefined where it can. Whatever the path is, this does not throw. */
export function unusable(path: string, kind: "file" | "folder"): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      return `there is no ${kind} ${path}`;
    }
    if (!(kind === "file" ? found.isFile() : found.isDirectory())) {
      return `${path} is no ${kind}`;
    }
    closeSync(openSync(path, "r"));
    return undefined;
  } catch (error) {
    return `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "no reason"})`;
  }
}

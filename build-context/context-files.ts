import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { type IgnoreRules, ignoreRules } from "./ignore-rules.ts";

/**
 * Paths of the files and links that a builder gets of a context, in order, except those of the repository itself (`.git`).
 *
 * @param dockerfile its own ignore file, `<dockerfile>.dockerignore`, takes precedence over that of the context
 * @throws Error naming a folder that cannot be read, a pattern that the builder refuses, or what is neither file, folder nor link
 */
export function contextFiles(context: string, dockerfile: string): string[] {
  const { ignores, includesAgain } = rulesOf(context, dockerfile);
  const walk = (folder: string): string[] =>
    readdirSync(join(context, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (path === ".git") {
        return [];
      }
      const ignored = ignores(path);
      if (entry.isDirectory()) {
        return ignored && !includesAgain ? [] : walk(path);
      }
      if (ignored) {
        return [];
      }
      if (entry.isFile() || entry.isSymbolicLink()) {
        return [path];
      }
      throw new Error(
        `${join(context, path)} is neither file, folder nor link; remove it, or add it to .dockerignore`,
      );
    });
  return walk("").sort();
}

function rulesOf(context: string, dockerfile: string): IgnoreRules {
  const file = ignoreFiles(context, dockerfile).find((path) => existsSync(path));
  if (file === undefined) {
    return rulesIn("", "");
  }
  if (!statSync(file).isFile()) {
    throw new Error(`${file} is no file; make it one, or remove it`);
  }
  return rulesIn(readFileSync(file, "utf8"), file);
}

/** The files that may say what is excluded from a context; the first that exists counts. */
export function ignoreFiles(context: string, dockerfile: string): string[] {
  return [`${dockerfile}.dockerignore`, join(context, ".dockerignore")];
}

/** @throws Error naming the file, and a pattern in it that the builder refuses */
export function rulesIn(text: string, file: string): IgnoreRules {
  try {
    return ignoreRules(text);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${file}: a pattern cannot be read: ${message}`, { cause: error });
  }
}

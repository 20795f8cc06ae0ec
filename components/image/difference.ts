import { basename, dirname, relative } from "node:path";

import { contextFiles, ignoreFiles, rulesIn } from "../../build-context/context-files.ts";
import { git, gitList } from "./git.ts";

/** What git lists of a submodule, whose files are another repository's. */
const SUBMODULE = "160000";

/**
 * Whether an image of these paths has different content than one of the commit that is checked out. A file that
 * `.dockerignore` excludes does not count; one that git ignores does, if it enters the image.
 *
 * @throws Error naming a folder that cannot be read, or a pattern that the builder refuses
 */
export function differsFromCommit(context: string, dockerfile: string): boolean {
  if (isChanged(dirname(dockerfile), basename(dockerfile))) {
    return true;
  }
  const entries = gitList(context, ["ls-tree", "-r", "-z", "HEAD"]).map(entryOf);
  const submodules = entries.filter(({ mode }) => mode === SUBMODULE).map(({ path }) => path);
  const isElsewhere = (path: string) => submodules.some((each) => path.startsWith(`${each}/`));
  const { ignores } = committedRules(context, dockerfile);
  const expected = new Set(entries.map(({ path }) => path).filter((path) => !ignores(path)));
  const present = new Set(contextFiles(context, dockerfile).filter((path) => !isElsewhere(path)));
  const isThere = (path: string) => present.has(path) || submodules.includes(path);
  return (
    [...present].some((path) => !expected.has(path)) ||
    ![...expected].every(isThere) ||
    changed(context, ".").some((path) => expected.has(path))
  );
}

function entryOf(line: string): { readonly mode: string; readonly path: string } {
  const [mode = ""] = line.split(" ", 1);
  return { mode, path: line.slice(line.indexOf("\t") + 1) };
}

/** A Dockerfile in no repository is nobody's change. */
function isChanged(folder: string, name: string): boolean {
  const hasCommit = git(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]) !== undefined;
  return hasCommit && (!isCommitted(folder, name) || changed(folder, name).length > 0);
}

function isCommitted(folder: string, name: string): boolean {
  return gitList(folder, ["ls-tree", "-z", "HEAD", "--", name]).length > 0;
}

function changed(folder: string, path: string): string[] {
  const command = ["diff", "--name-only", "-z", "--relative", "--no-ext-diff", "--no-renames"];
  return gitList(folder, [...command, "--ignore-submodules=none", "HEAD", "--", path]);
}

/** What the commit excludes from the context. */
function committedRules(context: string, dockerfile: string) {
  const file = ignoreFiles(context, dockerfile).find((path) =>
    isCommitted(dirname(path), basename(path)),
  );
  const text =
    file === undefined ? undefined : git(dirname(file), ["show", `HEAD:./${basename(file)}`]);
  return rulesIn(text ?? "", relative(".", file ?? ""));
}

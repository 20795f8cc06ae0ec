import { execFileSync } from "node:child_process";
import { basename, dirname, relative } from "node:path";

import * as pulumi from "@pulumi/pulumi";

/** Where the content of an image comes from. */
export interface Source {
  /** Commit that is checked out, undefined where the source is not in git. */
  readonly commit: string | undefined;
  /** Whether the paths hold anything that the commit does not. */
  readonly dirty: boolean;
  /** Address of the repository, without credentials. */
  readonly repository: string | undefined;
}

/** A source of which nothing is known. */
export const UNKNOWN_SOURCE: Source = { commit: undefined, dirty: false, repository: undefined };

/**
 * Asks git about the paths an image is built from; changes elsewhere in the repository do not count.
 *
 * @param context folder of the build context
 * @param dockerfile path of the Dockerfile, inside the context or not
 * @throws RunError where git refuses to answer
 */
export function sourceOf(context: string, dockerfile: string): Source {
  const status = changes(context, ".");
  if (status === undefined) {
    return UNKNOWN_SOURCE;
  }

  const commit = /^# branch\.oid ([0-9a-f]+)$/m.exec(status)?.[1];
  const isOutside = relative(context, dockerfile).startsWith("..");
  const recipe = isOutside ? changes(dirname(dockerfile), basename(dockerfile)) : undefined;
  const origin = git(context, ["config", "--get", "remote.origin.url"])?.trim();
  return {
    commit,
    dirty:
      commit !== undefined &&
      [status, recipe].some((report) => report !== undefined && CHANGE.test(report)),
    repository: origin === undefined ? undefined : withoutCredentials(origin),
  };
}

/** The address of a repository without user and password, as they stand in many a build's checkout. */
export function withoutCredentials(address: string): string {
  return address.replace(/^([a-z+]+:\/\/)[^/]*@/i, "$1");
}

/** A line of git's report that is not about the branch. */
const CHANGE = /^[^#]/m;

function changes(folder: string, path: string): string | undefined {
  return git(folder, [
    "status",
    "--porcelain=v2",
    "--branch",
    "--untracked-files=normal",
    "--",
    path,
  ]);
}

function git(folder: string, command: readonly string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", folder, ...command], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
      maxBuffer: 64 << 20,
    });
  } catch (error) {
    const {
      code,
      status,
      stderr = "",
    } = error as { code?: string; status?: number; stderr?: string };
    const isAbsent =
      code === "ENOENT" || /not a git repository/.test(stderr) || (status === 1 && stderr === "");
    if (isAbsent) {
      return undefined;
    }
    throw new pulumi.RunError(
      `${folder}: git cannot tell the commit: ${stderr.trim() || String(error)}`,
    );
  }
}

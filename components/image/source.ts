import { differsFromCommit } from "./difference.ts";
import { git } from "./git.ts";

/** Where the content of an image comes from. */
export interface Source {
  /** Commit that is checked out, undefined if the source is not in git. */
  readonly commit: string | undefined;
  /** Whether an image of the commit would have different content. */
  readonly dirty: boolean;
  /** Address of the repository, without credentials. */
  readonly repository: string | undefined;
}

/** An unknown source. */
export const UNKNOWN_SOURCE: Source = { commit: undefined, dirty: false, repository: undefined };

/**
 * Asks git about the paths that an image is built from.
 *
 * @param context folder of the build context
 * @param dockerfile path of the Dockerfile, inside the context or not
 * @throws RunError if git refuses to answer
 * @throws Error naming a folder of the context that cannot be read, or a pattern that the builder refuses
 */
export function sourceOf(context: string, dockerfile: string): Source {
  const commit = git(context, ["rev-parse", "--verify", "--quiet", "HEAD"])?.trim();
  const origin = git(context, ["config", "--get", "remote.origin.url"])?.trim();
  return {
    commit,
    dirty: commit !== undefined && differsFromCommit(context, dockerfile),
    repository: origin === undefined ? undefined : withoutCredentials(origin),
  };
}

/** The address of a repository without user and password, as they stand in many a build's checkout. */
export function withoutCredentials(address: string): string {
  return address.replace(/^([a-z+]+:\/\/)[^/]*@/i, "$1");
}

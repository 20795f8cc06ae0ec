import { pause } from "../cluster/pause.ts";
import { oneLine } from "../cluster/one-line.ts";
import { type Files, KUSTOMIZATION, listIn } from "./files.ts";
import { type Entry, fileEntry, type Folder } from "./git-folder.ts";
import type { Repository } from "./repository.ts";
import type { Written } from "./written.ts";

/** Others that write to the branch at the same time: each try follows what they wrote. */
const TRIES = 10;
const PAUSE_MILLISECONDS = 300;

/** What was written last: the commit, and the files' ids by name. */
export type Last = Pick<Written, "revision" | "files">;

/** What is written, and what was written last. */
export interface Writing {
  readonly files: Files;
  readonly message: string;
  /** Who writes. */
  readonly stack: string;
  /** What was written last; undefined if nothing is known to have been. */
  readonly last: Last | undefined;
  /**
   * The branch that gets the commit, for a person to merge.
   * @default - the branch itself
   */
  readonly proposal?: string;
}

/**
 * Writes files into a folder of a branch with one commit, unless it has them. Nothing else of the folder is touched, except
 * files that were written before and are no more.
 *
 * @throws Error if somebody else has changed the files, or has a list of their own there, and if the branch cannot be written
 */
export async function writeToGit(
  repository: Repository,
  writing: Writing,
  signal: AbortSignal,
): Promise<Written> {
  const { branch, path } = repository.place;
  const { message, proposal } = writing;
  const entries = entriesOf(writing.files);
  const files = idsOf(entries);
  return pushedAfter(repository, signal, async (head) => {
    const present = await repository.tree.folder(head, path);
    const before = present ?? new Map<string, Entry>();
    const wanted = await nextFolder(repository, before, { ...writing, entries, head });
    if (present !== undefined && isSame(present, wanted)) {
      return { revision: head, previous: null, isFirst: false, files };
    }
    const commit = await repository.commit({
      parent: head,
      path,
      present: before,
      wanted,
      message,
    });
    const isAccepted = await repository.push(commit, proposal ?? branch, {
      replaces: proposal !== undefined,
    });
    return isAccepted
      ? { revision: commit, previous: head, isFirst: present === undefined, files }
      : undefined;
  });
}

/** What a folder of a branch has, if it is these files; undefined if it differs. */
export async function heldByGit(
  repository: Repository,
  files: Files,
): Promise<Written | undefined> {
  const entries = entriesOf(files);
  const revision = await repository.head();
  const present = await repository.tree.folder(revision, repository.place.path);
  const isHeld =
    present !== undefined && [...entries].every(([name, { id }]) => present.get(name)?.id === id);
  return isHeld ? { revision, previous: null, isFirst: false, files: idsOf(entries) } : undefined;
}

/** What a folder of a branch has under these names, whatever it is; undefined if there is no such folder. */
export async function foundInGit(
  repository: Repository,
  names: readonly string[],
): Promise<Last | undefined> {
  const revision = await repository.head();
  const present = await repository.tree.folder(revision, repository.place.path);
  const files = names.flatMap((name) => {
    const id = present?.get(name)?.id;
    return id === undefined ? [] : [[name, id] as const];
  });
  return present && { revision, files: Object.fromEntries(files) };
}

/**
 * Writes after what is there, again while others are faster.
 *
 * @param write undefined if others were faster
 */
export async function pushedAfter<T>(
  repository: Repository,
  signal: AbortSignal,
  write: (head: string) => Promise<T | undefined>,
): Promise<T> {
  for (let tried = 0; tried < TRIES; tried++) {
    const written = await write(await repository.head());
    if (written !== undefined) {
      return written;
    }
    await pause(PAUSE_MILLISECONDS * (1 + Math.random()), signal);
  }
  const { git, branch } = repository.place;
  throw new Error(
    `branch ${branch} of ${git} moved ${TRIES} times while it was written to; run again when others write less`,
  );
}

function entriesOf(files: Files): Folder {
  return new Map([...files].map(([name, content]) => [name, fileEntry(content)]));
}

function idsOf(entries: Folder): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries].map(([name, { id }]) => [name, id]));
}

interface Next extends Writing {
  readonly head: string;
  readonly entries: Folder;
}

/** The folder as it is to be. */
async function nextFolder(repository: Repository, present: Folder, next: Next): Promise<Folder> {
  const { entries, last, head, stack } = next;
  const list = present.get(KUSTOMIZATION);
  const listed = list === undefined ? undefined : listIn(await repository.tree.content(list));
  const { path } = repository.place;
  if (list !== undefined && listed?.stack !== stack) {
    const owner =
      listed === undefined ? "somebody else's" : `of stack ${oneLine(listed.stack, 80)}`;
    throw new Error(
      `${path}/${KUSTOMIZATION} is ${owner}; allowed: a folder that only this stack writes to, which others may list`,
    );
  }
  const names = new Set([
    ...Object.keys(last?.files ?? {}),
    ...(listed?.names ?? []),
    KUSTOMIZATION,
  ]);
  const taken = [...entries.keys()].filter((name) => !names.has(name) && present.has(name));
  const differing = Object.entries(last?.files ?? {})
    .filter(([name, id]) => present.get(name)?.id !== id)
    .map(([name]) => name);
  // Whoever has taken a commit away has not agreed to what came before it, be it what is wanted now.
  if (last !== undefined && taken.length + differing.length > 0) {
    await requireHistory(repository, [...taken, ...differing], last.revision);
  }
  const changed = differing.filter((name) => present.get(name)?.id !== entries.get(name)?.id);
  if (taken.length + changed.length > 0) {
    await requireOwn(repository, [...taken, ...changed], { since: last?.revision, head, stack });
  }
  const kept = [...present].filter(([name]) => !names.has(name));
  return new Map([...kept, ...entries]);
}

const AS_IT_IS = "take the branch as it is with pulumi up --refresh";

function pathsOf({ place: { path } }: Repository, names: readonly string[]): string {
  return names.map((name) => `${path}/${name}`).join(", ");
}

/** @throws Error if a branch does not have the commit any more that was handed off last */
async function requireHistory(
  repository: Repository,
  names: readonly string[],
  since: string,
): Promise<void> {
  const { git, branch } = repository.place;
  if (!(await repository.past.hasReached(since))) {
    throw new Error(
      `branch ${branch} of ${git} no longer has commit ${since.slice(0, 12)}, which was handed off last: somebody has replaced its history, and with it ${pathsOf(repository, names)}; put that commit back, or ${AS_IT_IS}`,
    );
  }
}

interface Doubt {
  /** What was handed off last; undefined if nothing is known to have been. */
  readonly since: string | undefined;
  readonly head: string;
  readonly stack: string;
}

/** @throws Error if files are not as they were written last, and not because of another run of this stack */
async function requireOwn(
  repository: Repository,
  names: readonly string[],
  { since, head, stack }: Doubt,
): Promise<void> {
  const { path, git } = repository.place;
  const files = pathsOf(repository, names);
  if (since === undefined) {
    throw new Error(
      `${files} in ${git}: somebody else has written what would be replaced; allowed: a folder of its own`,
    );
  }
  const changes = await repository.past.changesOf(path, since, head);
  const others = changes.filter((change) => change.stack !== stack);
  if (others.length > 0 || changes.length === 0) {
    const [last] = others;
    const who = last
      ? `commit ${last.commit.slice(0, 12)} of ${oneLine(last.author, 60)} (${oneLine(last.subject, 120)})`
      : "somebody else";
    throw new Error(
      `${who} has changed ${files} in ${git}; take it into the stack's settings or revert it there; or ${AS_IT_IS}`,
    );
  }
}

function isSame(one: Folder, other: Folder): boolean {
  return (
    one.size === other.size &&
    [...one].every(([name, { id, mode }]) => {
      const there = other.get(name);
      return there?.id === id && there.mode === mode;
    })
  );
}

import { pause } from "../cluster/pause.ts";
import { type Files, KUSTOMIZATION, listedIn } from "./files.ts";
import { type Entry, fileEntry, type Folder, type Repository } from "./repository.ts";

/** Others that write to the branch at the same time: each try follows what they wrote. */
const TRIES = 10;
const PAUSE_MILLISECONDS = 300;

/** What was written. */
export interface Written {
  /** The commit that has the files. */
  readonly revision: string;
  /** The commit before it; null if it has the files already. */
  readonly previous: string | null;
  /** The files' ids by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** What is written, and what was written last. */
export interface Writing {
  readonly files: Files;
  readonly message: string;
  /**
   * The files' ids by name, as they were written last.
   * @default - nothing is known to have been
   */
  readonly last?: Readonly<Record<string, string>> | undefined;
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
  const ids = await idsOf(repository, writing.files);
  for (let tried = 0; tried < TRIES; tried++) {
    const head = await repository.head();
    const present = (await repository.folder(head, path)) ?? new Map<string, Entry>();
    const wanted = await nextFolder(repository, present, { ...writing, ids });
    const files = Object.fromEntries([...ids].map(([name, { id }]) => [name, id]));
    if (isSame(present, wanted)) {
      return { revision: head, previous: null, files };
    }
    const commit = await repository.commit(head, path, wanted, writing.message);
    if (await repository.push(commit, branch)) {
      return { revision: commit, previous: head, files };
    }
    await pause(PAUSE_MILLISECONDS * (1 + Math.random()), signal);
  }
  throw new Error(
    `branch ${branch} of ${repository.place.git} moved ${TRIES} times while it was written to; run again when others write less`,
  );
}

async function idsOf(repository: Repository, files: Files): Promise<ReadonlyMap<string, Entry>> {
  const ids = await repository.keep([...files.values()]);
  return new Map([...files.keys()].map((name, index) => [name, fileEntry(ids[index] ?? "")]));
}

interface Next extends Writing {
  readonly ids: ReadonlyMap<string, Entry>;
}

/** The folder as it is to be. */
async function nextFolder(
  repository: Repository,
  present: Folder,
  { ids, last = {} }: Next,
): Promise<Folder> {
  const list = present.get(KUSTOMIZATION);
  const listed = list === undefined ? [] : listedIn(await repository.content(list));
  const { path } = repository.place;
  if (listed === undefined) {
    throw new Error(
      `${path}/${KUSTOMIZATION} is somebody else's; allowed: a folder that only Slipway writes to, which theirs may list`,
    );
  }
  const names = [...new Set([...Object.keys(last), ...listed, ...(list ? [KUSTOMIZATION] : [])])];
  const foreign = [...ids.keys()].filter((name) => !names.includes(name) && present.has(name));
  const changed = Object.entries(last)
    .filter(([name, id]) => {
      const there = present.get(name);
      return there?.id !== id && there?.id !== ids.get(name)?.id;
    })
    .map(([name]) => name);
  if (changed.length > 0 || foreign.length > 0) {
    const told = [...changed, ...foreign].map((name) => `${path}/${name}`).join(", ");
    throw new Error(
      `somebody else has changed ${told} in ${repository.place.git}; take it into the stack's settings or revert it there, or take the branch as it is with pulumi up --refresh`,
    );
  }
  const kept = [...present].filter(([name]) => !names.includes(name));
  return new Map([...kept, ...ids]);
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

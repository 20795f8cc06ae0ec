import { parse } from "yaml";

import { KUSTOMIZATION, listIn, listOf } from "./files.ts";
import { type Entry, fileEntry, type Folder } from "./git-folder.ts";
import { pushedAfter } from "./git-writer.ts";
import type { Repository } from "./repository.ts";
import type { Written } from "./written.ts";

/** What is taken back, and with what words. */
export interface Restoration {
  /** The commit that failed. */
  readonly from: string;
  /** The commit before it. */
  readonly to: string;
  readonly message: string;
  readonly stack: string;
  /** Names of the services whose files are restored; the others stay as they are. */
  readonly services: readonly string[];
}

/** Labels by which an object belongs to a service. */
const LABELS = ["app.kubernetes.io/instance", "app.kubernetes.io/name"];

/**
 * Restores the files of services as a commit had them, after another one that changed them.
 *
 * @returns undefined if there were none: there is nothing to restore
 * @throws Error if somebody has changed them since
 */
export async function restoreInGit(
  repository: Repository,
  restoration: Restoration,
  signal: AbortSignal,
): Promise<Pick<Written, "revision" | "previous"> | undefined> {
  const { from, to, message } = restoration;
  const { branch, path, git } = repository.place;
  const restored = await pushedAfter(repository, signal, async (head) => {
    for (const commit of [from, to]) {
      if (!(await repository.past.hasReached(commit))) {
        throw new Error(
          `${path} of ${git} is not restored: the branch no longer has commit ${commit.slice(0, 12)}`,
        );
      }
    }
    const [before, after, present] = [
      await repository.tree.folder(to, path),
      await repository.tree.folder(from, path),
      await repository.tree.folder(head, path),
    ];
    if (before === undefined || present === undefined) {
      return null;
    }
    const folders = { before, after: after ?? new Map<string, Entry>(), present };
    const wanted = await restoredFolder(repository, folders, restoration);
    if (!wanted) {
      return wanted === null ? null : { revision: head, previous: null };
    }
    const commit = await repository.commit({ parent: head, path, present, wanted, message });
    const isAccepted = await repository.push(commit, branch);
    return isAccepted ? { revision: commit, previous: head } : undefined;
  });
  return restored ?? undefined;
}

interface Folders {
  readonly before: Folder;
  readonly after: Folder;
  readonly present: Folder;
}

/** The folder with the files of the services as they were: undefined if they are so, null if a service had none. */
async function restoredFolder(
  repository: Repository,
  folders: Folders,
  { services, stack }: Restoration,
): Promise<Folder | null | undefined> {
  const { before, after, present } = folders;
  const [had, has] = [await ownedIn(repository, before), await ownedIn(repository, after)];
  // Without a file a controller would delete what runs.
  if (services.some((service) => ![...had.values()].includes(service))) {
    requireOwners(repository, has, services);
    return null;
  }
  const names = [...new Map([...had, ...has])]
    .filter(([, owner]) => services.includes(owner))
    .map(([name]) => name);
  const differing = names.filter((name) => present.get(name)?.id !== before.get(name)?.id);
  if (differing.length === 0) {
    return undefined;
  }
  const changed = differing.filter((name) => present.get(name)?.id !== after.get(name)?.id);
  if (changed.length > 0) {
    const { path, git } = repository.place;
    const told = changed.map((name) => `${path}/${name}`).join(", ");
    throw new Error(`${told} of ${git} is not restored: somebody has changed it since`);
  }
  const wanted = new Map(present);
  for (const name of differing) {
    const entry = before.get(name);
    if (entry === undefined) {
      wanted.delete(name);
    } else {
      wanted.set(name, entry);
    }
  }
  const list = present.get(KUSTOMIZATION);
  const listed = list && listIn(await repository.tree.content(list));
  const left = [...(listed?.names ?? []), ...differing].filter((name) => wanted.has(name));
  return wanted.set(KUSTOMIZATION, fileEntry(listOf([...new Set(left)].sort(), stack)));
}

/** The services of files, by the files' names; without those that say nothing of one. */
async function ownedIn(
  repository: Repository,
  folder: Folder,
): Promise<ReadonlyMap<string, string>> {
  const files = [...folder].filter(
    ([name, { mode }]) => mode === "100644" && name.endsWith(".yaml") && name !== KUSTOMIZATION,
  );
  const contents = await repository.tree.contents(files.map(([, entry]) => entry));
  const owners = files.flatMap(([name], index) => {
    const owner = serviceOf(contents[index] ?? "");
    return owner === undefined ? [] : [[name, owner] as const];
  });
  return new Map(owners);
}

/** @throws Error if no file says that it is of a service: a team's own manifests need not */
function requireOwners(
  { place: { path, git } }: Repository,
  owners: ReadonlyMap<string, string>,
  services: readonly string[],
): void {
  const unknown = services.filter((service) => ![...owners.values()].includes(service));
  if (unknown.length > 0) {
    throw new Error(
      `${path} of ${git} is not restored: no file has a label that says it is of ${unknown.join(", ")}`,
    );
  }
}

function serviceOf(content: string): string | undefined {
  try {
    const { metadata } = parse(content, { maxAliasCount: 0 }) as {
      readonly metadata?: { readonly labels?: Readonly<Record<string, unknown>> };
    };
    const found = LABELS.map((label) => metadata?.labels?.[label]);
    return found.find((value) => typeof value === "string");
  } catch {
    return undefined;
  }
}

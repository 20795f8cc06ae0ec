import { readdir, readFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";

import { type ProjectStack, shortName } from "../project-stack.ts";

/** A lock as a run of the engine leaves it beside a state in files. */
export interface StateLock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** When the run began, ISO 8601. */
  readonly timestamp: string;
}

/** Whether the run that holds a lock has ended, still runs, or cannot be seen from here. */
export type Holder = "gone" | "runs" | "elsewhere";

const FILES = "file://";

/** The locks of a stack whose state is in files; only the engine knows those of other backends. */
export async function stateLocks(stack: ProjectStack): Promise<StateLock[]> {
  const backend = await stack.backend();
  if (!backend.startsWith(FILES)) {
    return [];
  }
  const [path = ""] = backend.slice(FILES.length).split("?");
  const root = resolve(stack.folder, path.replace(/^~(?=\/|$)/, homedir()));
  const locks = join(root, ".pulumi", "locks");
  const name = shortName(stack.name);
  // The second is where a state of Pulumi before 3.61 has them.
  const folders = [join(locks, "organization", stack.project, name), join(locks, name)];
  return (await Promise.all(folders.map(locksIn))).flat();
}

async function locksIn(folder: string): Promise<StateLock[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = names
    .filter((name) => name.endsWith(".json"))
    // A run that ends meanwhile removes its lock.
    .map((name) => readFile(join(folder, name), "utf8").catch(() => "[]"));
  return (await Promise.all(texts)).flatMap((text) => JSON.parse(text) as StateLock);
}

/** Whether the run that holds a lock still runs. */
export function holderOf(
  lock: Pick<StateLock, "pid" | "hostname">,
  host = hostname(),
  runs = isRunning,
): Holder {
  if (lock.hostname !== host) {
    return "elsewhere";
  }
  return runs(lock.pid) ? "runs" : "gone";
}

/** Signal 0 is not sent: it only checks whether the process exists. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Who holds a lock, and what to do about it. */
export function lockWords(stack: string, lock: StateLock, holder: Holder): string {
  const { pid, username, hostname: host, timestamp } = lock;
  const held = `${stack} is locked by ${username}@${host} (pid ${pid}) since ${timestamp}`;
  const cancel = `pulumi cancel --yes --stack ${stack}`;
  switch (holder) {
    case "gone":
      return `${held}: no such process runs on this machine any more, so ${cancel} clears the lock and nothing else`;
    case "runs":
      return `${held}: that process still runs; wait until it has ended, or check it with ps -p ${pid} and, if a different program has its number, run ${cancel}`;
    case "elsewhere":
      return `${held}: check on ${host} whether it still runs, with ps -p ${pid}; if it does not, run ${cancel}, and this again`;
    default:
      return holder satisfies never;
  }
}

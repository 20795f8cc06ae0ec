import {
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { OWNERSHIP_VARIABLE } from "./daemon.ts";
import { STATE_FOLDER } from "./folders.ts";
import { type ProcessIdentity, identify, signal } from "./process-identity.ts";

/** Processes in containers of the platform: the root of their file system lies in the state folder. */
export function containerProcesses(): ProcessIdentity[] {
  const folder = realStateFolder();
  return processes((pid) => rootLiesIn(readFileSync(`/proc/${pid}/mountinfo`, "utf8"), folder));
}

/** Daemons, shims and helpers of the platform: they carry its mark in their environment. */
export function markedProcesses(): ProcessIdentity[] {
  return processes(isMarked);
}

/** The marked processes that stand between containerd and each container. */
export function shims(): ProcessIdentity[] {
  const name = "containerd-shim";
  return processes(
    (pid) => isMarked(pid) && readFileSync(`/proc/${pid}/comm`, "utf8").startsWith(name),
  );
}

function isMarked(pid: number): boolean {
  const mark = `${OWNERSHIP_VARIABLE}=${STATE_FOLDER}`;
  return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
}

/** The kernel's tables name a path without its symbolic links. */
function realStateFolder(): string {
  return existsSync(STATE_FOLDER) ? realpathSync(STATE_FOLDER) : STATE_FOLDER;
}

/** Whether a process with these mounts has its root file system below a folder. */
export function rootLiesIn(mountinfo: string, folder: string): boolean {
  const root = mountinfo.split("\n").find((line) => line.split(" ")[4] === "/");
  return root?.includes(`${folder}/`) ?? false;
}

/** Kills processes and waits until they are gone. */
export async function kill(found: () => ProcessIdentity[], seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let left = found(); left.length > 0 && Date.now() < end; left = found()) {
    for (const process of left) {
      signal(process, "SIGKILL");
    }
    await sleep(50);
  }
}

/** Waits until there are no such processes, for a while. */
export async function awaitGone(found: () => ProcessIdentity[], seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end && found().length > 0) {
    await sleep(50);
  }
}

/** Mount points at or below a folder, innermost first. */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => unescapeMount(line.split(" ")[4] ?? ""))
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .reverse();
}

/**
 * Unmounts everything below the state folder: container roots, volumes, network namespaces.
 * @throws If something stays mounted; removing the folder would then reach into what is mounted there.
 */
export async function unmountAll(): Promise<void> {
  for (const point of ownMounts()) {
    await execa("umount", ["--lazy", point], { reject: false });
  }
  const [left] = ownMounts();
  if (left !== undefined) {
    throw new Error(`${left} could not be unmounted; try it by hand with: umount --lazy ${left}`);
  }
}

function ownMounts(): string[] {
  return mountsBelow(readFileSync("/proc/self/mountinfo", "utf8"), realStateFolder());
}

/** Removes the links to pods' logs that the kubelet makes in a folder it shares with other kubelets. */
export function removeLogLinks(podLogs: string): void {
  const folder = "/var/log/containers";
  if (!existsSync(folder)) {
    return;
  }
  for (const name of readdirSync(folder)) {
    const link = join(folder, name);
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(`${podLogs}/`)) {
      rmSync(link);
    }
  }
}

function processes(belongs: (pid: number) => boolean): ProcessIdentity[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return belongs(Number(name)) ? (identify(Number(name)) ?? []) : [];
      } catch {
        return [];
      }
    });
}

/** The kernel writes blanks and backslashes of a path as octal numbers. */
function unescapeMount(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

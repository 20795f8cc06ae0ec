import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { ownershipVariable } from "./daemon";
import { stateFolder } from "./folders";
import { type ProcessIdentity, identify, signal } from "./process-identity";

/** Processes in containers of the platform: the root of their file system lies in the state folder. */
export function containerProcesses(): ProcessIdentity[] {
  return processes((pid) =>
    rootLiesIn(readFileSync(`/proc/${pid}/mountinfo`, "utf8"), stateFolder),
  );
}

/** Daemons, shims and helpers of the platform: they carry its mark in their environment. */
export function markedProcesses(): ProcessIdentity[] {
  const mark = `${ownershipVariable}=${stateFolder}`;
  return processes((pid) =>
    readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark),
  );
}

/** The processes that stand between containerd and each container. */
export function shims(): ProcessIdentity[] {
  return markedProcesses().filter(({ pid }) =>
    readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("containerd-shim"),
  );
}

/** Whether a process with these mounts has its root file system below a folder. */
export function rootLiesIn(mountinfo: string, folder: string): boolean {
  const root = mountinfo.split("\n").find((line) => line.split(" ")[4] === "/");
  return root?.includes(`${folder}/`) ?? false;
}

/** Kills processes and waits until they are gone. */
export async function kill(found: () => ProcessIdentity[], seconds = 10): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    const processes = found();
    if (processes.length === 0) return;
    for (const process of processes) signal(process, "SIGKILL");
  }
}

/** Waits until there are no such processes, for a while. */
export async function awaitGone(found: () => ProcessIdentity[], seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end && found().length > 0;)
    await sleep(50);
}

/** Mount points at or below a folder, innermost first. */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => unescapeMount(line.split(" ")[4] ?? ""))
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .reverse();
}

/** Unmounts everything below the state folder: container roots, volumes, network namespaces. */
export async function unmountAll(): Promise<void> {
  for (const point of mountsBelow(readFileSync("/proc/self/mountinfo", "utf8"), stateFolder))
    await execa("umount", ["--lazy", point]);
}

/** Removes the links to pods' logs that the kubelet makes in a folder it shares with other kubelets. */
export function removeLogLinks(podLogs: string): void {
  const folder = "/var/log/containers";
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const link = join(folder, name);
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(`${podLogs}/`))
      rmSync(link);
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

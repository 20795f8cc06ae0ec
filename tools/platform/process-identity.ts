import { readFileSync } from "node:fs";

/** One process and no other: an id alone can be given to somebody else's process later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process, field 22 of `/proc/<pid>/stat`. */
  readonly startTime: string;
  /** The boot that the two belong to. */
  readonly boot: string;
}

/** The running boot's id. */
export function currentBoot(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/**
 * Who runs under a process id now.
 * @returns Undefined where there is no such process, or only what is left of one (a zombie).
 */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const { state, startTime } = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return state === "Z" || state === "X" ? undefined : { pid, startTime, boot: currentBoot() };
  } catch {
    return undefined;
  }
}

/** Whether exactly this process still runs. */
export function isAlive(process: ProcessIdentity): boolean {
  const now = identify(process.pid);
  return now?.startTime === process.startTime && now.boot === process.boot;
}

/**
 * State and start time in a line of `/proc/<pid>/stat`.
 * The command's name stands in parentheses and may hold spaces and parentheses itself.
 */
export function parseStat(line: string): { readonly state: string; readonly startTime: string } {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTime: fields[19] ?? "" };
}

/** Sends a signal, unless the process has ended or its id belongs to somebody else by now. */
export function signal(process: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(process)) {
    return;
  }
  try {
    globalThis.process.kill(process.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { state, STATE_FOLDER } from "./folders.ts";
import { type ProcessIdentity, identify, isAlive, signal } from "./process-identity.ts";
import { readJson, writeJson, writePrivate } from "./private-file.ts";
import type { RunState } from "./run-state.ts";
import { type Port, assertFree } from "./taken-port.ts";

/** One long-running program of the platform. */
export interface Daemon {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its configuration: content by absolute path, written anew before each start. */
  readonly files: Readonly<Record<string, string>>;
  /** Ports that must be free before it starts. */
  readonly ports: readonly Port[];
  /** Where it answers: `host:port`, a URL or a socket's path. */
  readonly address: string;
  /** Asks it whether it serves; rejects while it does not. */
  readonly ready: () => Promise<unknown>;
}

/** What is kept of a started daemon. */
export interface DaemonRecord extends ProcessIdentity {
  /** When it was started, ISO 8601. */
  readonly since: string;
}

/** Marks every process that the platform starts, with the state folder it belongs to. */
export const OWNERSHIP_VARIABLE = "SLIPWAY_PLATFORM_STATE";

const START_SECONDS = 60;
const ANSWER_SECONDS = 10;

/**
 * Starts a daemon and waits until it serves. One that runs already is left alone, or started anew
 * when it does not answer.
 * @returns Whether it was started.
 * @throws With its last log lines when it ends or does not serve in time.
 */
export async function start(daemon: Daemon): Promise<boolean> {
  const running = aliveRecord(daemon.name);
  if (running && (await serves(daemon, running, ANSWER_SECONDS))) {
    return false;
  }
  await stop(daemon.name);
  await assertFree(daemon.name, daemon.ports);
  for (const [file, content] of Object.entries(daemon.files)) {
    writePrivate(file, content);
  }
  const identity = launch(daemon);
  if (!(await serves(daemon, identity, START_SECONDS))) {
    throw new Error(startFailure(daemon, identity));
  }
  return true;
}

/** Ends a daemon by SIGTERM, and by SIGKILL when it takes longer than the patience. */
export async function stop(name: string, patienceSeconds = 10): Promise<void> {
  const record = aliveRecord(name);
  if (record) {
    await end(record, patienceSeconds);
  }
  rmSync(recordFile(name), { force: true });
}

/** Ends one process by SIGTERM, then SIGKILL. */
async function end(process: ProcessIdentity, patienceSeconds: number): Promise<void> {
  signal(process, "SIGTERM");
  if (await gone(process, patienceSeconds)) {
    return;
  }
  signal(process, "SIGKILL");
  await gone(process, ANSWER_SECONDS);
}

/** The record of a daemon that runs now. */
export function aliveRecord(name: string): DaemonRecord | undefined {
  const record = readJson(recordFile(name)) as DaemonRecord | undefined;
  return record && isAlive(record) ? record : undefined;
}

/** Whether the platform started this daemon and has not stopped it since, alive or not. */
export function wasStarted(name: string): boolean {
  return existsSync(recordFile(name));
}

/** How a daemon is now. */
export async function daemonState({ name, address, ready }: Daemon): Promise<RunState> {
  const record = aliveRecord(name);
  if (!record) {
    return { pid: "", state: wasStarted(name) ? "died" : "stopped", since: "", address };
  }
  const answers = await ready().then(
    () => true,
    () => false,
  );
  const state = answers ? "running" : "not answering";
  return { pid: String(record.pid), state, since: record.since, address };
}

/** A daemon's log; the log of the run before lies beside it with the suffix `.1`. */
function logFile(name: string): string {
  return state("logs", `${name}.log`);
}

function recordFile(name: string): string {
  return state("pids", `${name}.json`);
}

function launch(daemon: Daemon): ProcessIdentity {
  const log = logFile(daemon.name);
  mkdirSync(state("logs"), { recursive: true });
  if (existsSync(log)) {
    renameSync(log, `${log}.1`);
  }
  const output = openSync(log, "a");
  const child = spawn(daemon.command, daemon.args, {
    cwd: STATE_FOLDER,
    detached: true,
    env: daemonEnvironment(),
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.on("error", () => undefined).unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (!identity) {
    throw new Error(startFailure(daemon));
  }
  writeJson(recordFile(daemon.name), { ...identity, since: new Date().toISOString() });
  return identity;
}

/** Proxy settings stay out: they would send the cluster's own traffic to the proxy. */
function daemonEnvironment(): NodeJS.ProcessEnv {
  return {
    HOME: STATE_FOLDER,
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    [OWNERSHIP_VARIABLE]: STATE_FOLDER,
  };
}

async function serves(daemon: Daemon, process: ProcessIdentity, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end && isAlive(process)) {
    try {
      await daemon.ready();
      return true;
    } catch {
      await sleep(50);
    }
  }
  return false;
}

async function gone(process: ProcessIdentity, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (isAlive(process)) {
    if (Date.now() > end) {
      return false;
    }
    await sleep(20);
  }
  return true;
}

function startFailure(daemon: Daemon, process?: ProcessIdentity): string {
  const log = logFile(daemon.name);
  const what =
    process && isAlive(process)
      ? `did not serve on ${daemon.address} within ${START_SECONDS} s`
      : "ended at its start";
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n").slice(-12) : [];
  return [`${daemon.name} ${what}; its last log lines (all of them: ${log}):`, ...lines].join(
    "\n  ",
  );
}

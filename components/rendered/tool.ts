import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { bounded, ManifestFault, MOST_BYTES } from "./yaml.ts";

/** A chart or base that takes longer hangs. */
const MILLISECONDS = 120_000;

/** Of a program's own words: a template's error names each template on the way. */
const LONGEST = 1000;

/** What a program printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface Call {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** All variables that it gets. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The absolute path of a program on the PATH, undefined if there is none. */
export function programOn(path: string | undefined, name: string): string | undefined {
  return (path ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program that renders manifests.
 *
 * @param what it renders, for messages
 * @throws ManifestFault with its words if it does not succeed
 */
export function run(what: string, { program, args, folder, variables }: Call): Promise<Printed> {
  const options = {
    cwd: folder,
    env: { ...variables },
    encoding: "utf8",
    maxBuffer: MOST_BYTES,
    timeout: MILLISECONDS,
    killSignal: "SIGKILL",
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ stdout, stderr });
      } else {
        reject(new ManifestFault(`${what}: ${whyNot(error, program, stderr)}`));
      }
    });
    child.stdin?.end();
  });
}

function whyNot(
  error: Error & { readonly code?: unknown; readonly killed?: boolean },
  program: string,
  stderr: string,
): string {
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") {
    return `renders more than ${MOST_BYTES} bytes; allowed: at most so many; split it up`;
  }
  if (error.killed === true) {
    return `${program} takes longer than ${MILLISECONDS / 1000} s; run it by hand to see what it waits for`;
  }
  const words = stderr.trim() === "" ? error.message : stderr;
  const lines = words.split("\n").filter((line) => line.trim() !== "" && !/^W\d{4} /.test(line));
  return `cannot be rendered: ${bounded(lines.slice(-4).join(" "), LONGEST)}`;
}

/** Calls with a folder that lasts as long as the call. */
export async function withScratch<T>(use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), "slipway-manifests-"));
  try {
    return await use(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * The variables of a program that is to read files and nothing else: no setting and no secret of whoever runs it, no
 * program beside it, and no way to the network.
 */
export function closedOff(scratch: string): Record<string, string> {
  const nowhere = "http://127.0.0.1:1";
  return {
    HOME: scratch,
    TMPDIR: scratch,
    PATH: scratch,
    LC_ALL: "C",
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: "",
    KUBECONFIG: join(scratch, "none"),
  };
}

import { spawn } from "node:child_process";

import { masked } from "../../mask/mask.ts";

/** Variables by which a git of somebody else's would lead this one to another repository. */
const MISLEADING =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|COMMON_DIR|CEILING_DIRECTORIES)$/;

/** Nothing asks a person, no helper of an address runs a program, and words are those that are known here. */
const FIXED = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "ssh:https:http:git:file",
  LC_ALL: "C",
};

/** Hooks are for people, and housekeeping is of no use to a folder that goes in a moment. */
const SETTINGS = ["core.hooksPath=/dev/null", "gc.auto=0", "maintenance.auto=false"];

const STDOUT_BYTES = 32 << 20;
const STDERR_CHARACTERS = 2000;

/** A repository that needs longer for one answer is too large, or too far away. */
const RUN_SECONDS = 180;

/** What git said when it ended with an error. */
export class GitError extends Error {
  override readonly name = "GitError";

  /** Its own words, masked. */
  readonly words: string;
  /** Null if a signal ended it. */
  readonly code: number | null;

  constructor(command: string, words: string, code: number | null) {
    super(`git ${command} failed: ${words}`);
    this.words = words;
    this.code = code;
  }
}

/** What a run of git is given. */
export interface GitRun {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs git in a folder, with the keys and credential helpers of this machine.
 *
 * @returns what it prints
 * @throws GitError with its words if it fails, the signal's reason if it was ended
 */
export async function git(folder: string, args: readonly string[], run: GitRun): Promise<string> {
  return (await gitBytes(folder, args, run)).toString("utf8");
}

/** As {@link git}, where it prints what may be no text. */
export async function gitBytes(
  folder: string,
  args: readonly string[],
  { input, env = {}, signal }: GitRun,
): Promise<Buffer> {
  signal.throwIfAborted();
  const late = AbortSignal.timeout(RUN_SECONDS * 1000);
  const either = AbortSignal.any([signal, late]);
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  // In a session of its own there is no terminal that ssh could ask on, and what git started ends with it.
  const child = spawn("git", ["-C", folder, ...settings, ...args], {
    env: { ...withoutMisleading(process.env), ...FIXED, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const end = () => {
    killGroup(child.pid);
  };
  either.addEventListener("abort", end);
  const parts: Buffer[] = [];
  let [bytes, words] = [0, ""];
  child.stdout.on("data", (part: Buffer) => {
    bytes += part.length;
    if (bytes > STDOUT_BYTES) {
      end();
    } else {
      parts.push(part);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    words = (words + part).slice(-4 * STDERR_CHARACTERS);
  });
  child.stdin.on("error", ignored).end(input ?? "");
  const code = await ended(child).finally(() => {
    either.removeEventListener("abort", end);
  });
  signal.throwIfAborted();
  if (late.aborted) {
    throw new GitError(args[0] ?? "", `it has not ended after ${RUN_SECONDS} s`, code);
  }
  if (code !== 0 || bytes > STDOUT_BYTES) {
    const said = bytes > STDOUT_BYTES ? `it says more than ${STDOUT_BYTES} bytes` : reasonOf(words);
    throw new GitError(args[0] ?? "", said, code);
  }
  return Buffer.concat(parts);
}

function ended(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new Error(
              "the program git is not on the PATH, and desired state is written with it; install git",
            )
          : error,
      );
    });
    child.on("close", resolve);
  });
}

function killGroup(pid: number | undefined): void {
  try {
    process.kill(-(pid ?? NaN), "SIGKILL");
  } catch {
    // It has ended.
  }
}

function withoutMisleading(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !MISLEADING.test(name)));
}

/** The lines that say why, on one line; the others are of progress, or advice. */
function reasonOf(words: string): string {
  const lines = masked(words)
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter((line) => line !== "" && !/^(?:hint:|To |remote: *$)/.test(line));
  return lines.join("; ").slice(-STDERR_CHARACTERS) || "it says nothing";
}

function ignored(): undefined {
  // It has ended before it read all of its input: its exit code says more.
}

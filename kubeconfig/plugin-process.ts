import { spawn } from "node:child_process";

/** For what it has written to arrive, though something that it started may keep its output open. */
const DRAIN_MILLISECONDS = 500;

/** Tokens and certificates have thousands of characters. */
const CHARACTERS = 1_000_000;

/** A program with what it is run with. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Whether somebody is at a terminal, whom it may ask. Without one it has nothing to read. */
  readonly terminal: boolean;
}

/** How a program has ended. */
export interface Ended {
  /** Null if it was killed. */
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a program to its end, or until it is killed with the signal.
 * @param hear is told what it says to people
 * @throws Error if it cannot be started
 */
export function run(
  { command, args, env, terminal }: Program,
  hear: (text: string) => void,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      // In our process group, with which the engine ends it, so that a killed run leaves nothing behind.
      stdio: terminal ? ["inherit", "pipe", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    const end = () => {
      child.kill("SIGKILL");
    };
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.length > CHARACTERS) {
        end();
      }
    });
    child.stderr?.setEncoding("utf8").on("data", hear);
    child.on("error", reject);
    child.on("exit", () => {
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, DRAIN_MILLISECONDS).unref();
    });
    child.on("close", (code) => {
      signal.removeEventListener("abort", end);
      resolve({ code, output });
    });
    signal.addEventListener("abort", end, { once: true });
  });
}

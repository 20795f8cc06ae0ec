import { spawn } from "node:child_process";
import { constants } from "node:os";

import { badInput } from "../exit-code.ts";

/** Signals that are passed on. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How shells count a signal that has ended a command. */
const SIGNAL_BASE = 128;

/** How a command has ended. */
export interface Ending {
  readonly code: number;
  /** Whether it has ended by itself, so that its code says something. */
  readonly isItsOwn: boolean;
}

/**
 * Runs a command without a shell. Its output is that of this process.
 *
 * @param hasResult whether standard output is for a result: then the command's goes to standard error
 * @throws CommandFailure if it cannot be started
 */
export function runChild(
  [program = "", ...args]: readonly string[],
  hasResult: boolean,
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env };
    delete env["COSIGN_PASSWORD"];
    const stdio = ["inherit", hasResult ? process.stderr : "inherit", "inherit"] as const;
    const passOn = (signal: NodeJS.Signals) => {
      // A terminal has sent it to both.
      if (signal !== "SIGINT" || !process.stdin.isTTY) {
        child.kill(signal);
      }
    };
    // The command may run before this process does anything more.
    for (const signal of SIGNALS) {
      process.on(signal, passOn);
    }
    const child = spawn(program, args, { stdio: [...stdio], env });
    const done = () => {
      for (const signal of SIGNALS) {
        process.off(signal, passOn);
      }
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      done();
      const why = error.code === "ENOENT" ? "it is not on the PATH" : (error.code ?? "no reason");
      reject(
        badInput(
          `the command: got ${JSON.stringify(program)}, which cannot be started: ${why}; allowed: a program, without a shell`,
        ),
      );
    });
    child.once("exit", (code, signal) => {
      done();
      resolve({
        code: code ?? SIGNAL_BASE + (signal === null ? 0 : constants.signals[signal]),
        isItsOwn: code !== null,
      });
    });
  });
}

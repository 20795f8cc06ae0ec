import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A credential plugin that never answers. Each of its processes leaves its id in a file, and ends when it is killed, or after a minute. */
export class HangingPlugin {
  /** The user of a kubeconfig. */
  readonly user: object;
  readonly #file: string;

  /** @param folder for its file */
  constructor(folder: string) {
    this.#file = join(folder, "started");
    const script = `fs.appendFileSync(${JSON.stringify(this.#file)}, process.pid + "\\n"); setTimeout(() => {}, 60000)`;
    const apiVersion = "client.authentication.k8s.io/v1";
    this.user = { exec: { apiVersion, command: process.execPath, args: ["-e", script] } };
  }

  /** How often it was started. */
  starts(): number {
    return this.#pids().length;
  }

  /** Whether one of its processes is still there. */
  isRunning(): boolean {
    return this.#pids().some(isRunning);
  }

  #pids(): number[] {
    const text = existsSync(this.#file) ? readFileSync(this.#file, "utf8") : "";
    return text.split("\n").slice(0, -1).map(Number);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

/** A private key of SSH in a file, without a passphrase. */
export interface SshKey {
  readonly path: string;
  /** What an agent says of it, in base64. */
  readonly publicBlob: string;
  /** A part of the file that nobody may see. */
  readonly mark: string;
}

/** Makes a key in a folder. */
export async function sshKey(folder: string, name: string): Promise<SshKey> {
  const path = join(folder, name);
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]);
  const [, publicBlob = ""] = (await readFile(`${path}.pub`, "utf8")).split(" ");
  const lines = (await readFile(path, "utf8")).split("\n");
  // The first lines of the body have the public key, the fourth one the private one.
  return { path, publicBlob, mark: lines[4] ?? "" };
}

/** An agent of SSH that has one key, until it is stopped. */
export class SshAgent {
  readonly socket: string;
  private readonly process: ChildProcess;

  private constructor(socket: string, process: ChildProcess) {
    this.socket = socket;
    this.process = process;
  }

  static async start(folder: string, key: SshKey): Promise<SshAgent> {
    const socket = join(folder, "agent.sock");
    const process = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    const agent = new SshAgent(socket, process);
    const add = () => execa("ssh-add", ["-q", key.path], { env: { SSH_AUTH_SOCK: socket } });
    for (let rest = 50; ; rest -= 1) {
      try {
        await add();
        return agent;
      } catch (error) {
        if (rest === 0) {
          await agent.stop();
          throw error;
        }
        await sleep(100);
      }
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    if (this.process.exitCode === null && this.process.kill()) {
      await ended;
    }
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { NODE_ADDRESS } from "../../tools/platform/addresses.ts";
import { freePort } from "./free-port.ts";
import { type SshKey, sshKey } from "./ssh-keys.ts";

const SSHD = "/usr/sbin/sshd";
/** Where Debian's sshd wants an empty folder. */
const SEPARATION = "/run/sshd";

/** What each key may run, whatever it asks for. */
const WRITES = 'exec git-shell -c "$SSH_ORIGINAL_COMMAND"';
const READS = 'exec git-shell -c "git-upload-pack ${SSH_ORIGINAL_COMMAND#* }"';

/**
 * A real sshd on the node's address, behind which repositories in folders of this machine are. It knows two keys: one that writes,
 * as Jenkins has it, and one of which a push comes to nothing, as a controller has it.
 */
export class SshDoor {
  readonly writer: SshKey;
  readonly reader: SshKey;
  /** The server's key as `known_hosts` has it. */
  readonly knownHosts: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(
    keys: { readonly writer: SshKey; readonly reader: SshKey; readonly host: SshKey },
    { port, folder, process }: { port: number; folder: string; process: ChildProcess },
  ) {
    this.writer = keys.writer;
    this.reader = keys.reader;
    this.knownHosts = `[${NODE_ADDRESS}]:${port} ssh-ed25519 ${keys.host.publicBlob}`;
    this.#port = port;
    this.#folder = folder;
    this.#process = process;
  }

  static async open(): Promise<SshDoor> {
    if (!existsSync(SSHD)) {
      throw new Error(
        `${SSHD} is missing; install the Debian package openssh-server (tests do not: it may start a server for everybody)`,
      );
    }
    const folder = await mkdtemp(join(tmpdir(), "slipway-ssh-"));
    const [host, writer, reader] = [
      await sshKey(folder, "host"),
      await sshKey(folder, "writer"),
      await sshKey(folder, "reader"),
    ];
    const lines = [grant(writer, WRITES), grant(reader, READS)];
    await writeFile(join(folder, "keys"), `${lines.join("\n")}\n`);
    const port = await freePort(NODE_ADDRESS);
    await writeFile(join(folder, "config"), configOf(folder, port));
    await mkdir(SEPARATION, { recursive: true });
    const process = spawn(SSHD, ["-D", "-f", join(folder, "config")], { stdio: "ignore" });
    const door = new SshDoor({ writer, reader, host }, { port, folder, process });
    await door.#answers();
    return door;
  }

  /** Environment by which `git` signs in as the writer, as the pipeline's script sets it. */
  async environment(): Promise<Readonly<Record<string, string>>> {
    const hosts = join(this.#folder, "known_hosts");
    await writeFile(hosts, `${this.knownHosts}\n`);
    return {
      GIT_SSH_COMMAND: `ssh -F none -i '${this.writer.path}' -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile='${hosts}' -o GlobalKnownHostsFile=none`,
    };
  }

  /** Address of a repository in a folder. */
  url(folder: string): string {
    return `ssh://root@${NODE_ADDRESS}:${this.#port}${folder}`;
  }

  /** What Flux is given to read with. */
  async fluxSecret(): Promise<Readonly<Record<string, string>>> {
    return {
      identity: await readFile(this.reader.path, "utf8"),
      known_hosts: `${this.knownHosts}\n`,
    };
  }

  async close(): Promise<void> {
    this.#process.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 50; tries++) {
      const isOpen = await new Promise<boolean>((resolve) => {
        const socket = createConnection(this.#port, NODE_ADDRESS);
        socket.on("connect", () => {
          socket.destroy();
          resolve(true);
        });
        socket.on("error", () => {
          resolve(false);
        });
      });
      if (isOpen) {
        return;
      }
      await sleep(100);
    }
    throw new Error(`sshd did not answer at ${NODE_ADDRESS}:${this.#port}`);
  }
}

function grant({ publicBlob }: SshKey, command: string): string {
  return `restrict,command="${command.replaceAll('"', '\\"')}" ssh-ed25519 ${publicBlob}`;
}

function configOf(folder: string, port: number): string {
  return [
    `ListenAddress ${NODE_ADDRESS}:${port}`,
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "keys")}`,
    // The folder is below one that everybody may write to.
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin forced-commands-only",
    "",
  ].join("\n");
}

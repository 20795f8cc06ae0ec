import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { stringify } from "yaml";

import { freePort } from "./free-port.ts";

/** A real registry that wants a name and a password, gone with the story. */
export class PrivateRegistry {
  static readonly username = "ci";
  static readonly password = "s3cret-of-the-story";
  private static readonly bcrypt = "$2b$04$coWUsr5D7p8uQDdthWbgKeNFGuiNGBOP2KSqTzO85qXDvUVPdeC/6";

  readonly address: string;
  private readonly process: ChildProcess;
  private readonly folder: string;

  private constructor(address: string, process: ChildProcess, folder: string) {
    this.address = address;
    this.process = process;
    this.folder = folder;
  }

  /** @param host pods reach only the node's address */
  static async start(host = "127.0.0.1"): Promise<PrivateRegistry> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-registry-"));
    const address = `${host}:${await freePort(host)}`;
    const users = join(folder, "htpasswd");
    await writeFile(users, `${PrivateRegistry.username}:${PrivateRegistry.bcrypt}\n`);
    const config = {
      version: "0.1",
      log: { level: "error" },
      storage: { filesystem: { rootdirectory: folder } },
      http: { addr: address },
      auth: { htpasswd: { realm: "story", path: users } },
    };
    await writeFile(join(folder, "config.yml"), stringify(config));
    const child = spawn("docker-registry", ["serve", join(folder, "config.yml")], {
      stdio: "ignore",
    });
    const registry = new PrivateRegistry(address, child, folder);
    await registry.answers();
    return registry;
  }

  /** The login as `docker login` keeps it, and as a Secret of a cluster has it. */
  get dockerConfig(): string {
    const { username, password } = PrivateRegistry;
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    return JSON.stringify({ auths: { [this.address]: { username, password, auth } } });
  }

  async stop(): Promise<void> {
    this.process.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    for (let tries = 0; tries < 50; tries++) {
      const status = await fetch(`http://${this.address}/v2/`).then(
        (response) => response.status,
        () => undefined,
      );
      if (status === 401) {
        return;
      }
      await sleep(100);
    }
    throw new Error(`the story's registry did not answer at ${this.address}`);
  }
}

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { stringify } from "yaml";

/** A real registry on loopback that wants a name and a password, gone with the story. */
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

  static async start(): Promise<PrivateRegistry> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-registry-"));
    const address = `127.0.0.1:${await freePort()}`;
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") {
        throw new Error("no port was given");
      }
      server.close(() => {
        resolve(address.port);
      });
    });
  });
}

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { buffer } from "node:stream/consumers";

import { execa } from "execa";

const REPOSITORY = "/repository.git/";
const FILES = "/files/";

/** What stands in for Jenkins and the git server, as agent pods reach them: a repository to clone, files that come and go. */
export class JenkinsController {
  /** Files that a build archives, stashes or is given, by name. */
  readonly files = new Map<string, Buffer>();

  private readonly server: Server;
  private readonly folder: string;

  private constructor(server: Server, folder: string) {
    this.server = server;
    this.folder = folder;
  }

  static async start(address: string): Promise<JenkinsController> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-controller-"));
    const server = createServer();
    const controller = new JenkinsController(server, folder);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      controller.#answer(request, response).catch(() => {
        response.writeHead(404).end();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.on("error", reject);
      server.listen(0, address, resolve);
    });
    return controller;
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** Takes the last commit of a clone, as a push would. */
  async publish(clone: string): Promise<void> {
    const bare = join(this.folder, "repository.git");
    await rm(bare, { recursive: true, force: true });
    await execa("git", ["clone", "--quiet", "--bare", clone, bare]);
    await execa("git", ["update-server-info"], { cwd: bare });
  }

  /** A file that a build has left. */
  file(name: string): string {
    return this.#bytes(name).toString();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await rm(this.folder, { recursive: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", this.url);
    if (pathname.startsWith(REPOSITORY)) {
      response.end(await readFile(join(this.folder, normalize(pathname))));
    } else if (request.method === "PUT") {
      this.files.set(pathname.slice(FILES.length), await buffer(request));
      response.end();
    } else {
      response.end(this.#bytes(pathname.slice(FILES.length)));
    }
  }

  #bytes(name: string): Buffer {
    const found = this.files.get(name);
    if (found === undefined) {
      throw new Error(`no build has left ${name}`);
    }
    return found;
  }
}

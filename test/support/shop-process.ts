import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

const SOURCE = resolve(import.meta.dirname, "../../example/shop");
const CLOCK = join(import.meta.dirname, "shop-clock.cjs");

/** The example service, built in a folder of its own as its Dockerfile builds it. */
export class ShopBuild {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ShopBuild> {
    const folder = await mkdtemp(join(tmpdir(), "shop-"));
    for (const path of ["package.json", "build.ts", "src"]) {
      await cp(join(SOURCE, path), join(folder, path), { recursive: true });
    }
    await promisify(execFile)(process.execPath, ["build.ts"], { cwd: folder });
    return new ShopBuild(folder);
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  /** All that it logged. */
  readonly lines: readonly LogLine[];
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The example service as a process on a free port. What it waits for comes when the test lets time {@link pass}. */
export class ShopProcess {
  readonly lines: LogLine[] = [];
  readonly exit: Promise<Exit>;
  private readonly output: Interface;
  private port = 0;

  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;

    this.output = createInterface(child.stdout as Readable);
    this.output.on("line", (line) => this.lines.push(JSON.parse(line) as LogLine));
    const ended = [once(child, "exit"), once(this.output, "close")] as const;
    this.exit = Promise.all(ended).then(([[code]]) => ({
      code: code as number | null,
      lines: this.lines,
    }));
  }

  /** Starts it and lets it go where it will: for starts that fail. */
  static launch(build: ShopBuild, env: Readonly<Record<string, string>>): ShopProcess {
    const program = join(build.folder, "dist/src/main.js");
    return new ShopProcess(
      spawn(process.execPath, ["--require", CLOCK, program], {
        env: { PORT: "0", ...env },
        stdio: ["ignore", "pipe", "inherit", "ipc"],
      }),
    );
  }

  /** Starts it and waits until it listens. */
  static async start(
    build: ShopBuild,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ShopProcess> {
    const shop = ShopProcess.launch(build, env);
    const { port } = await shop.logged("listening");
    shop.port = port as number;
    return shop;
  }

  /** The first line with this message, as soon as it is there. */
  logged(message: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.lines.find((line) => line.message === message);
        if (found === undefined) {
          return;
        }
        this.output.off("line", look);
        resolve(found);
      };
      this.output.on("line", look);
      look();
      void this.exit.then(({ lines }) => {
        reject(new Error(`the shop ended without "${message}": ${JSON.stringify(lines)}`));
      });
    });
  }

  /** Lets time pass for the shop, and resolves when what is due by then is done, or it has ended. */
  async pass(seconds: number): Promise<void> {
    this.child.send(seconds * 1000);
    await Promise.race([once(this.child, "message"), this.exit]);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Asks on a connection of its own, as a probe does. */
  get(path: string, { headers = {}, ...init }: Ask = {}): Promise<Response> {
    return fetch(this.url(path), { ...init, headers: { connection: "close", ...headers } });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** For the end of a test, whatever became of it. */
  async dispose(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exit;
  }
}

import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const SOURCE = resolve(__dirname, "../../example/shop");

/** The example service, built in a folder of its own as its Dockerfile builds it. */
export class ShopBuild {
  private constructor(readonly folder: string) {}

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

/** The example service as a process on a free port. */
export class ShopProcess {
  readonly lines: LogLine[] = [];
  readonly exit: Promise<Exit>;
  private port = 0;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    const output = createInterface(child.stdout);
    output.on("line", (line) => this.lines.push(JSON.parse(line) as LogLine));
    this.exit = Promise.all([once(child, "exit"), once(output, "close")]).then(([[code]]) => ({
      code: code as number | null,
      lines: this.lines,
    }));
  }

  /** Starts it and lets it go where it will: for starts that fail. */
  static launch(build: ShopBuild, env: Readonly<Record<string, string>>): ShopProcess {
    const program = join(build.folder, "dist/src/main.js");
    return new ShopProcess(spawn(process.execPath, [program], { env: { PORT: "0", ...env } }));
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
  async logged(message: string): Promise<LogLine> {
    for (;;) {
      const line = this.lines.find((line) => line.message === message);
      if (line !== undefined) return line;
      if (this.child.exitCode !== null) {
        throw new Error(`the shop ended without "${message}": ${JSON.stringify(this.lines)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
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

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";

import { kubernetesProgram } from "../../tools/go/kubernetes.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");

/** A fresh /sys shows the new network's devices; control groups stay the machine's. */
const ENTER = `
set -e
ip link set lo up
mkdir "$1/cgroup"
mount --rbind /sys/fs/cgroup "$1/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$1/cgroup" /sys/fs/cgroup
echo ready
exec sleep infinity
`;

/** A command that runs in the sandbox. */
export type SandboxProcess = ReturnType<typeof begin>;

/** What a command in the sandbox printed and how it ended. */
export interface SandboxRun {
  readonly exitCode: number | undefined;
  /** Both streams, as a person would see them. */
  readonly output: string;
}

/**
 * A network and a mount table of its own on this machine, with a state folder of its own: a second
 * platform runs there, on the same ports, beside the one that is in use.
 */
export class Sandbox {
  private readonly folder: string;
  private readonly holder: SandboxProcess;

  private constructor(folder: string, holder: SandboxProcess) {
    this.folder = folder;
    this.holder = holder;
  }

  static async create(): Promise<Sandbox> {
    const folder = mkdtempSync(join(tmpdir(), "slipway-sandbox-"));
    const unshare = ["--mount", "--net", "--propagation", "private"];
    const holder = begin("unshare", [...unshare, "sh", "-c", ENTER, "sh", folder], {});
    await said(holder, "ready");
    return new Sandbox(folder, holder);
  }

  /** The state folder of the sandbox's platform. */
  get state(): string {
    return join(this.folder, "state/slipway");
  }

  /** Starts a command in the sandbox. */
  start(command: string[], env: Readonly<Record<string, string>> = {}): SandboxProcess {
    const [file, ...enter] = this.enter(CHECKOUT);
    // The suite itself runs with the variables of the platform that is in use.
    const own = { SLIPWAY_KUBECONFIG: "", SLIPWAY_REGISTRY: "", DOCKER_HOST: "" };
    const variables = { ...own, ...env, XDG_STATE_HOME: join(this.folder, "state") };
    return begin(file, [...enter, ...command], variables);
  }

  /** The command that a command in a folder is started with, so that it runs in the sandbox. */
  enter(folder: string): [file: string, ...args: string[]] {
    const { pid } = this.holder;
    return ["nsenter", "--target", String(pid), "--mount", "--net", `--wdns=${folder}`];
  }

  /** Runs a command in the sandbox. */
  async run(...command: string[]): Promise<SandboxRun> {
    const { exitCode, all } = await this.start(command);
    return { exitCode, output: all };
  }

  /** Starts a command of `npm run platform` in the sandbox. */
  startPlatform(args: string[], env: Readonly<Record<string, string>> = {}): SandboxProcess {
    return this.start(
      [process.execPath, "--require", "./preload.cjs", "tools/platform/main.ts", ...args],
      env,
    );
  }

  /** Runs a command of `npm run platform` in the sandbox. */
  async platform(args: string[], env: Readonly<Record<string, string>> = {}): Promise<SandboxRun> {
    const { exitCode, all } = await this.startPlatform(args, env);
    return { exitCode, output: all };
  }

  /**
   * Runs `kubectl` in the sandbox, as the administrator of its platform.
   *
   * @returns what it printed
   */
  async kubectl(...args: string[]): Promise<string> {
    const kubeconfig = `--kubeconfig=${join(this.state, "kubeconfig")}`;
    const { exitCode, output } = await this.run(kubernetesProgram("kubectl"), kubeconfig, ...args);
    if (exitCode !== 0) {
      throw new Error(`kubectl ${args.join(" ")} failed: ${output}`);
    }
    return output;
  }

  /** Process ids of the platform's components, as it recorded them. */
  pids(components: readonly string[]): Record<string, number> {
    const pid = (name: string): number => {
      const record = JSON.parse(readFileSync(join(this.state, "pids", `${name}.json`), "utf8")) as {
        pid: number;
      };
      return record.pid;
    };
    return Object.fromEntries(components.map((name) => [name, pid(name)]));
  }

  /** Removes the platform and all else that is the sandbox's. */
  async remove(): Promise<void> {
    await this.platform(["reset"]);
    this.holder.kill();
    await this.holder;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function begin(file: string, args: string[], env: Readonly<Record<string, string>>) {
  return execa(file, args, { all: true, env, reject: false });
}

/** Resolves when a process has printed some text; rejects when it ends without. */
export async function said(process: SandboxProcess, text: string): Promise<void> {
  let heard = "";
  await new Promise<void>((resolve, reject) => {
    process.all.on("data", (data: Buffer) => {
      heard += data.toString();
      if (heard.includes(text)) {
        resolve();
      }
    });
    process.all.on("end", () => {
      reject(new Error(`it ended without "${text}": ${heard}`));
    });
  });
}

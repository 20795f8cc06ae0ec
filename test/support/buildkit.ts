import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

import { goBuild } from "../../tools/go/build.ts";
import { buildkit, buildkitPrograms } from "../../tools/go/buildkit.ts";
import { environment } from "../../tools/platform/environment.ts";

/** A real BuildKit of a story's own, with a Docker client that knows it: nobody else's builds go there. */
export class Buildkit {
  /** What the client is to be run with. */
  readonly env: Readonly<Record<string, string>>;
  private readonly daemon: ChildProcess;
  private readonly folder: string;

  private constructor(env: Readonly<Record<string, string>>, daemon: ChildProcess, folder: string) {
    this.env = env;
    this.daemon = daemon;
    this.folder = folder;
  }

  /** Builds it where it is not built yet, which takes minutes. */
  static async start(): Promise<Buildkit> {
    await goBuild(buildkit, () => undefined);
    const folder = await mkdtemp(join(tmpdir(), "slipway-buildkit-"));
    await chmod(folder, 0o700);
    const socket = join(folder, "buildkitd.sock");
    const config = join(folder, "buildkitd.toml");
    const { SLIPWAY_REGISTRY: registry, PATH } = environment();
    await writeFile(config, `[registry."${registry}"]\n  http = true\n`);
    const daemon = spawn(buildkitPrograms.buildkitd(), argumentsOf(folder, socket, config), {
      stdio: "ignore",
    });
    await mkdir(join(folder, "client", "cli-plugins"), { recursive: true });
    const plugin = join(folder, "client", "cli-plugins", "docker-buildx");
    await symlink(buildkitPrograms.buildx(), plugin);
    const env = { DOCKER_CONFIG: join(folder, "client"), BUILDX_BUILDER: "story" };
    const started = new Buildkit(env, daemon, folder);
    const client = (...args: string[]) =>
      execa("docker", ["buildx", ...args], { env: { ...env, PATH } });
    await client("create", "--name", "story", "--driver", "remote", `unix://${socket}`);
    await answers(() => client("inspect", "story"));
    return started;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.daemon.once("exit", resolve));
    if (this.daemon.exitCode === null && this.daemon.kill()) {
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** The build steps share the machine's network, and the file system needs no kernel that has one over another. */
function argumentsOf(folder: string, socket: string, config: string): string[] {
  return [
    ...["--addr", `unix://${socket}`, "--root", join(folder, "root"), "--config", config],
    ...["--containerd-worker=false", "--oci-worker=true", "--oci-worker-net=host"],
    ...["--oci-worker-snapshotter=native", "--oci-worker-binary=runc"],
  ];
}

async function answers(ask: () => Promise<unknown>): Promise<void> {
  for (let rest = 100; ; rest -= 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (rest === 0) {
        throw error;
      }
      await sleep(100);
    }
  }
}

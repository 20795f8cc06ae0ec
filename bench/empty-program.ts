import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { execa } from "execa";

import { environment } from "../tools/platform/environment.ts";

const SDK = "node_modules/@pulumi/pulumi";

/** The smallest Pulumi program there is, in plain JavaScript, with the SDK as its only package. */
export class EmptyProgram {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<EmptyProgram> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-empty-"));
    await mkdir(join(folder, dirname(SDK)), { recursive: true });
    await mkdir(join(folder, "state"));
    // The rest of the packages stays out, or the engine would look for their plugins.
    await symlink(resolve(import.meta.dirname, "..", SDK), join(folder, SDK));
    const dependencies = { "@pulumi/pulumi": "*" };
    await writeFile(join(folder, "Pulumi.yaml"), "name: empty\nruntime: nodejs\n");
    await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies }));
    await writeFile(join(folder, "index.js"), 'require("@pulumi/pulumi");\n');
    const program = new EmptyProgram(folder);
    await program.pulumi("stack", "init", "dev");
    return program;
  }

  async up(): Promise<void> {
    await this.pulumi("up", "--yes", "--skip-preview", "--stack=dev");
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  private async pulumi(...args: string[]): Promise<void> {
    const backend = { PULUMI_BACKEND_URL: `file://${this.folder}/state` };
    await execa("pulumi", [...args, "--non-interactive"], {
      cwd: this.folder,
      env: { ...environment(), ...backend, PULUMI_CONFIG_PASSPHRASE: "bench" },
    });
  }
}

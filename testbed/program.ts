import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { CHECKOUT } from "../tools/platform/folders.ts";
import { environment } from "../tools/platform/environment.ts";
import { cluster } from "./cluster.ts";
import { type Run, running } from "./run.ts";

/** A program of a few lines with a stack and a state backend of its own. */
export class Program {
  readonly folder: string;
  /** For what the program makes: no other program has it. */
  readonly namespace: string;
  private readonly env: Readonly<Record<string, string>>;

  private constructor(folder: string, namespace: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.namespace = namespace;
    this.env = env;
  }

  /** @param variables of its environment, beside the platform's */
  static async create(
    story: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Program> {
    const folder = await mkdtemp(join(tmpdir(), `plugins-${story}-`));
    await symlink(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    const project = {
      name: "plugins",
      runtime: { name: "nodejs", options: { typescript: false } },
    };
    await writeFile(join(folder, "Pulumi.yaml"), JSON.stringify(project));
    await writeFile(join(folder, "package.json"), JSON.stringify({ main: "index.js" }));
    const env = {
      ...environment(),
      PULUMI_BACKEND_URL: `file://${await mkdtemp(join(tmpdir(), "plugins-state-"))}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
      ...variables,
    };
    const program = new Program(folder, basename(folder).toLowerCase(), env);
    await program.must("stack", "init", "test");
    return program;
  }

  async createNamespace(): Promise<void> {
    await cluster.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: this.namespace },
    });
  }

  /** Does not wait until it is gone. */
  async deleteNamespace(): Promise<void> {
    await cluster.delete({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: this.namespace },
    });
  }

  /** Sets the program's text: plain JavaScript, with the SDKs and a provider for the cluster at hand. */
  async write(text: string): Promise<void> {
    const prelude = [
      `const pulumi = require("@pulumi/pulumi");`,
      text.includes("random.") ? `const random = require("@pulumi/random");` : "",
      text.includes("docker.") ? `const docker = require("@pulumi/docker");` : "",
      text.includes("k8s") ? KUBERNETES : "",
      `const namespace = ${JSON.stringify(this.namespace)};`,
    ];
    await writeFile(join(this.folder, "index.js"), [...prelude, text].join("\n"));
  }

  async file(path: string, content: string): Promise<void> {
    await writeFile(join(this.folder, path), content);
  }

  up(...args: string[]): Promise<Run> {
    return this.pulumi("up", "--yes", "--skip-preview", ...args);
  }

  /** Writes the text and runs it; a failure is the test's. */
  async upWith(text: string, ...args: string[]): Promise<string> {
    await this.write(text);
    return this.must("up", "--yes", "--skip-preview", ...args);
  }

  preview(...args: string[]): Promise<Run> {
    return this.pulumi("preview", "--diff", ...args);
  }

  async outputs<Outputs>(): Promise<Outputs> {
    return JSON.parse(await this.must("stack", "output", "--json", "--show-secrets")) as Outputs;
  }

  /** The state, secrets still encrypted. */
  state(): Promise<string> {
    return this.must("stack", "export");
  }

  /** Takes down what the program made, also after a failure. */
  async dispose(): Promise<void> {
    await this.must("destroy", "--yes", "--skip-preview");
    await rm(this.folder, { recursive: true, force: true });
    await rm(this.env["PULUMI_BACKEND_URL"]?.slice("file://".length) ?? "", { recursive: true });
  }

  async pulumi(...args: string[]): Promise<Run> {
    const command = ["pulumi", ...args, "--non-interactive", "--color=never"];
    const { exitCode, all } = await running(command, { folder: this.folder, env: this.env });
    return { exitCode: exitCode ?? 1, output: all };
  }

  async must(...args: string[]): Promise<string> {
    const { exitCode, output } = await this.pulumi(...args);
    if (exitCode !== 0) {
      throw new Error(`pulumi ${args.join(" ")}:\n${output}`);
    }
    return output;
  }
}

const KUBERNETES = `
const k8s = require("@pulumi/kubernetes");
const provider = new k8s.Provider("cluster", {
  kubeconfig: process.env.SLIPWAY_KUBECONFIG,
  clusterIdentifier: "the tests' cluster",
});
const on = { provider };`;

import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { parse, stringify } from "yaml";

import { environment } from "../tools/platform/environment.ts";
import { CHECKOUT } from "../tools/platform/folders.ts";
import { freeFolder } from "./free-folder.ts";
import { JOB, KillableUp } from "./killable-up.ts";
import { type Run, running } from "./run.ts";
import { succeed } from "./succeed.ts";

/** What a team that clones Slipway has of it: the program, without its tests and tools. */
const PROGRAM = [
  "Pulumi.yaml",
  "package.json",
  "tsconfig.json",
  "preload.cjs",
  "index.ts",
  "settings.ts",
  "settings",
  "build-context",
  "contract",
  "docker-config",
  "kubeconfig",
  "mask",
  "policy",
  "proxy",
  "rights.ts",
  "cli",
  "components",
  "provider",
  "example/shop",
  "wire",
  ".gitignore",
] as const;

/** A line of verify-state about what the program never wrote, whatever the settings were before. */
const FORGED =
  /^ {2}(?!.*slipway:former)(urn:|state|deployment|manifest|metadata|secrets_providers|pending|resources).*: /m;

/** How a project of a test runs its commands. */
export interface ProjectOptions {
  /** Environment variables beside the platform's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told what `pulumi` prints as soon as it does. */
  readonly hears?: (text: string) => void;
  /** The command that a command in this folder is started with: for a platform that is elsewhere. */
  readonly enter?: (folder: string) => readonly string[];
}

/**
 * A clone of the program in a folder of its own, with a git repository, a stack and a state
 * backend of its own: stories run side by side and leave the checkout as it was.
 */
export class Project {
  readonly folder: string;
  /** The Kubernetes namespace that its stack deploys to. */
  readonly namespace: string;
  private readonly backend: string;
  private readonly env: Readonly<Record<string, string>>;
  private readonly hears: (text: string) => void;
  private readonly enter: (folder: string) => readonly string[];

  private constructor(
    folder: string,
    namespace: string,
    backend: string,
    env: Readonly<Record<string, string>>,
    hears: (text: string) => void,
    enter: (folder: string) => readonly string[],
  ) {
    this.folder = folder;
    this.namespace = namespace;
    this.backend = backend;
    this.env = env;
    this.hears = hears;
    this.enter = enter;
  }

  /** Makes the clone and commits it. Nothing is deployed yet. */
  static async create(
    story: string,
    { env = {}, hears = () => undefined, enter = () => [] }: ProjectOptions = {},
  ): Promise<Project> {
    const folder = await freeFolder();
    for (const path of PROGRAM) {
      await cp(join(CHECKOUT, path), join(folder, path), { recursive: true });
    }
    await symlink(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    const backend = await newBackend();
    const project = new Project(
      folder,
      namespaceOf(story, backend),
      backend,
      {
        ...environment(),
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
        PULUMI_SKIP_CONFIRMATIONS: "true",
        ...env,
      },
      hears,
      enter,
    );
    await project.git("init", "--quiet", "--initial-branch=main");
    await project.commit("the first commit");
    await succeed(project.pulumi("stack", "init", "dev"));
    return project;
  }

  /**
   * The same clone with a namespace and a state of its own: what Node keeps of the program's compiled code counts for it,
   * too. Its folder is not its own: see {@link forgetState}. One project of a clone can run at a time.
   */
  async another(story: string, hears: (text: string) => void = this.hears): Promise<Project> {
    const backend = await newBackend();
    await cp(this.backend, backend, { recursive: true });
    await cp(join(CHECKOUT, "index.ts"), join(this.folder, "index.ts"));
    const namespace = namespaceOf(story, backend);
    const env = { ...this.env, PULUMI_BACKEND_URL: `file://${backend}` };
    return new Project(this.folder, namespace, backend, env, hears, this.enter);
  }

  /** The same clone and state, run with other environment variables. */
  with(env: Readonly<Record<string, string>>): Project {
    const all = { ...this.env, ...env };
    return new Project(this.folder, this.namespace, this.backend, all, this.hears, this.enter);
  }

  /** Another checkout of the last commit, on the same state. Only its folder is its own: see {@link remove}. */
  async checkout(): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-checkout-"));
    await execa("git", ["clone", "--quiet", this.folder, folder]);
    await execa("git", ["remote", "remove", "origin"], { cwd: folder });
    await symlink(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    return new Project(folder, this.namespace, this.backend, this.env, this.hears, this.enter);
  }

  /** Removes the clone's folder, and leaves the state. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }

  /** Settings of a stack, without the `slipway:` prefix; cluster, registry and namespace are filled in. */
  async settings(settings: Readonly<Record<string, unknown>>, stackName = "dev"): Promise<void> {
    const all = {
      cluster: { kubeconfig: "${SLIPWAY_KUBECONFIG}" },
      registry: { repository: `\${SLIPWAY_REGISTRY}/e2e/${this.namespace}` },
      namespace: this.namespace,
      ...settings,
    };
    const file = join(this.folder, `Pulumi.${stackName}.yaml`);
    const stack = parse(await readFile(file, "utf8")) as { config?: Record<string, unknown> };
    const secrets = Object.entries(stack.config ?? {}).filter(([, value]) => isSecret(value));
    const plain = Object.entries(all).map(([key, value]) => [`slipway:${key}`, value] as const);
    await writeFile(
      file,
      stringify({ ...stack, config: Object.fromEntries([...plain, ...secrets]) }),
    );
  }

  /**
   * Sets a secret as the README tells people to: from standard input, never as an argument.
   * @param where options of `pulumi config set`, for another stack or a path
   */
  async secret(key: string, value: string, ...where: string[]): Promise<void> {
    const name = key.includes(":") ? key : `slipway:${key}`;
    const { exitCode, output } = await this.run(
      ["pulumi", "config", "set", "--secret", name, ...(where.length ? where : ["--stack=dev"])],
      value,
    );
    if (exitCode !== 0) {
      throw new Error(output);
    }
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  async write(path: string, content: string): Promise<void> {
    await writeFile(join(this.folder, path), content);
  }

  async git(...args: string[]): Promise<string> {
    const author = ["-c", "user.name=Story", "-c", "user.email=story@example.com"];
    const { stdout } = await execa("git", [...author, ...args], { cwd: this.folder });
    return stdout;
  }

  /** Commits everything and returns the commit's id. */
  async commit(message: string): Promise<string> {
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  /** Runs `pulumi` as a person would; the exit code is for the story to judge. */
  async pulumi(...args: string[]): Promise<Run> {
    return this.run(["pulumi", ...args, "--non-interactive", "--color=never"]);
  }

  /** Runs Slipway's command line as a person would, with nobody there to answer questions. */
  async slipway(...args: string[]): Promise<Run> {
    return this.run([join(this.folder, "cli/slipway"), ...args]);
  }

  private async run(args: readonly string[], input = ""): Promise<Run> {
    const { folder, env } = this;
    const command = running(this.command(args), { folder, env, input });
    command.all.on("data", (data: Buffer) => {
      this.hears(data.toString());
    });
    const { exitCode, all } = await command;
    return { exitCode: exitCode ?? 1, output: all };
  }

  private command(args: readonly string[]): string[] {
    return [...this.enter(this.folder), ...args];
  }

  up(...args: string[]): Promise<Run> {
    return this.pulumi("up", "--yes", "--skip-preview", "--stack=dev", ...args);
  }

  /** Starts an `up` that the story may kill. */
  killableUp(...args: string[]): KillableUp {
    const up = [
      "up",
      "--yes",
      "--skip-preview",
      "--stack=dev",
      "--non-interactive",
      "--color=never",
    ];
    return this.#killable(["pulumi", ...up, ...args]);
  }

  /** Starts a command of Slipway's that the story may kill. */
  killableSlipway(...args: string[]): KillableUp {
    return this.#killable([join(this.folder, "cli/slipway"), ...args]);
  }

  #killable(args: readonly string[]): KillableUp {
    const job = randomUUID();
    const env = { ...this.env, [JOB]: job };
    const command = this.command(args);
    const ended = running(command, { folder: this.folder, env, detached: true });
    return new KillableUp({ pid: ended.pid, all: ended.all, ended }, job);
  }

  /** Clears the lock that a killed run has left. */
  async unlock(): Promise<void> {
    const { exitCode, output } = await this.pulumi("cancel", "--yes", "--stack=dev");
    if (exitCode !== 0) {
      throw new Error(output);
    }
  }

  /** The stack's outputs. */
  async outputs<T>(): Promise<T> {
    const { exitCode, output } = await this.pulumi("stack", "output", "--json", "--stack=dev");
    if (exitCode !== 0) {
      throw new Error(output);
    }
    return JSON.parse(output) as T;
  }

  /** The stack's state as Pulumi would export it, secrets still encrypted. */
  async state(): Promise<string> {
    return (await this.pulumi("stack", "export", "--stack=dev")).output;
  }

  /** Everything that the state backend keeps: state, backups and history, as text. */
  async stored(): Promise<string> {
    const entries = await readdir(this.backend, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8"));
    return (await Promise.all(texts)).join("\n");
  }

  /** Takes down what the story deployed, also after a failure, and removes the clone. No state of the program's may be taken for a forged one. */
  async dispose(): Promise<void> {
    const verified = await this.slipway("verify-state", "--stack=dev");
    const isForged = FORGED.test(verified.output) && (await this.#isOwn());
    const { exitCode, output } = await this.pulumi(
      "destroy",
      "--yes",
      "--skip-preview",
      "--stack=dev",
    );
    if (exitCode !== 0) {
      throw new Error(`the story's stack could not be destroyed:\n${output}`);
    }
    await this.forget();
    if (isForged) {
      throw new Error(`the story's state was taken for a forged one:\n${verified.output}`);
    }
  }

  /** Whether its program is Slipway's, and none of the story's. */
  async #isOwn(): Promise<boolean> {
    const own = await readFile(join(CHECKOUT, "index.ts"), "utf8");
    return (await this.read("index.ts")) === own;
  }

  /** Removes the clone and its state, and leaves what it deployed: for whoever deletes the namespace. */
  async forget(): Promise<void> {
    await this.remove();
    await this.forgetState();
  }

  /** Removes the state alone. */
  async forgetState(): Promise<void> {
    // Where pulumi was interrupted it may still be writing.
    await rm(this.backend, { recursive: true, force: true, maxRetries: 20 });
  }
}

function newBackend(): Promise<string> {
  return mkdtemp(join(tmpdir(), "slipway-state-"));
}

/** Nobody else's: a backend's name ends with letters and digits that were drawn for it. */
function namespaceOf(story: string, backend: string): string {
  return `slipway-${story}-${backend.slice(backend.lastIndexOf("-") + 1)}`.toLowerCase();
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

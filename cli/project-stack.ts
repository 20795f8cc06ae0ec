import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type {
  EngineEvent,
  ImportOptions,
  LocalWorkspace,
  PreviewOptions,
  Stack,
  UpOptions,
} from "@pulumi/pulumi/automation/index.js";

import { plain, plainIn } from "../mask/plain.ts";
import { badInput } from "./exit-code.ts";
import { handOffIn } from "./handed-off.ts";
import { knownReleases, withKnown } from "./known-release.ts";
import { LAST_RUNS, lastLook, type PastRun } from "./last-look.ts";
import { openOutputs, type SlipwayOutputs, slipwayOutputs } from "./outputs.ts";
import { projectFolder } from "./project-folder.ts";
import { pulumiOutput } from "./pulumi-output.ts";
import type { EngineState } from "./recover/engine-state.ts";
import { assertState } from "./verify-state/assert-state.ts";

/** Much more than that many runs with settings as large as they may be. */
const ANSWER_BYTES = 64 * 1024 * 1024;

/** Gets the output of pulumi. */
export type Hears = (text: string) => void;

/** How a run of pulumi ended. */
export interface Ended {
  readonly succeeded: boolean;
  /** All of its output. */
  readonly said: string;
}

/** What is read of Pulumi.yaml. */
interface Project {
  readonly name: string;
  readonly stackConfigDir?: string;
}

/** A state as `pulumi stack export` writes it. */
interface Exported {
  /** Null if the stack never ran. */
  readonly deployment: EngineState | null;
}

/** A stack of the project in the working folder, driven by the Automation API. */
export class ProjectStack {
  readonly project: string;
  readonly name: string;
  /** Folder of the project. */
  readonly folder: string;
  /** The file with its settings. */
  readonly settingsFile: string;
  private readonly workspace: LocalWorkspace;
  private readonly selected: string | undefined;

  private constructor(
    workspace: LocalWorkspace,
    project: Project,
    name: string,
    selected: string | undefined,
  ) {
    this.workspace = workspace;
    this.project = project.name;
    this.name = name;
    this.selected = selected;
    this.folder = workspace.workDir;
    const file = `Pulumi.${shortName(name)}.yaml`;
    this.settingsFile = join(this.folder, project.stackConfigDir ?? "", file);
  }

  /**
   * Opens a stack of the project that `folder` belongs to.
   *
   * @param wanted by default the stack that is selected
   * @throws CommandFailure if there is no project, or no such stack
   */
  static async open(wanted: string | undefined, folder = process.cwd()): Promise<ProjectStack> {
    const workDir = projectFolder(folder);
    const { LocalWorkspace } = await automation();
    const workspace = await LocalWorkspace.create({ workDir });
    const project: Project = await workspace.projectSettings();
    const stacks = await workspace.listStacks();
    const selected = stacks.find(({ current }) => current)?.name;
    const known = stacks.map(({ name }) => name);
    const name = wanted ?? selected;
    const allowed = `allowed: ${known.join(", ") || "none, because there is no stack"}`;
    if (name === undefined) {
      throw badInput(`--stack: missing, and none is selected; ${allowed}`);
    }
    const isKnown = known.some((each) => each === name || shortName(each) === shortName(name));
    if (!isKnown) {
      throw badInput(
        `--stack: got "${name}"; ${allowed}; create it with pulumi stack init ${name}, or check PULUMI_BACKEND_URL`,
      );
    }
    return new ProjectStack(workspace, project, name, selected);
  }

  /**
   * The outputs of the last up, with what a refresh has found since. They are read from the state: pulumi would ask for the
   * passphrase, though none of them is a secret, unless a program of one's own makes it one.
   */
  async outputs(): Promise<SlipwayOutputs> {
    const state = await this.state();
    const outputs = openOutputs(state) ?? (await this.workspace.stackOutputs(this.name));
    const handOff = handOffIn(state);
    return plainIn({
      ...withKnown(slipwayOutputs(this.name, outputs), knownReleases(state)),
      ...(handOff && { handOff }),
    });
  }

  /** A setting of the stack in clear, undefined if it has none. */
  async setting(key: string): Promise<string | undefined> {
    const all = await this.workspace.getAllConfig(this.name);
    return all[`slipway:${key}`]?.value;
  }

  /** Runs `pulumi up` without asking. */
  async up(
    hears: Hears,
    onEvent: (event: EngineEvent) => void,
    options: Pick<UpOptions, "signal"> = {},
  ): Promise<Ended> {
    return this.#run(hears, (stack, onOutput) => {
      const heard = { onOutput, onError: onOutput, onEvent, color: "never" } as const;
      return stack.up({ ...options, ...heard, suppressProgress: true });
    });
  }

  /** Runs `pulumi preview`. */
  async preview(
    hears: Hears,
    onEvent: (event: EngineEvent) => void,
    options: Pick<PreviewOptions, "plan"> = {},
  ): Promise<Ended> {
    return this.#run(hears, (stack, onOutput) =>
      stack.preview({ ...options, onOutput, onError: onOutput, onEvent, color: "never" }),
    );
  }

  /** Runs `pulumi refresh` without asking. */
  async refresh(hears: Hears): Promise<Ended> {
    return this.#run(hears, (stack, onOutput) =>
      stack.refresh({ onOutput, onError: onOutput, color: "never", suppressProgress: true }),
    );
  }

  /** Runs `pulumi destroy` without asking. */
  async destroy(hears: Hears): Promise<Ended> {
    return this.#run(hears, (stack, onOutput) =>
      stack.destroy({ onOutput, onError: onOutput, color: "never", suppressProgress: true }),
    );
  }

  /** The engine's state, its secrets in ciphertext. */
  async state(): Promise<EngineState> {
    return this.#exported(async ({ deployment }) => Promise.resolve(deployment ?? {}));
  }

  /** Changes the engine's state, and nothing else. The engine then forgets its pending operations. */
  async editState(edit: (state: EngineState) => EngineState): Promise<void> {
    await this.#exported(async (exported, file) => {
      const deployment = edit(exported.deployment ?? {});
      await writeFile(file, JSON.stringify({ ...exported, deployment }));
      await this.#pulumi("stack", "import", "--file", file);
    });
  }

  /** When a refresh of the whole stack has begun last, ISO 8601; undefined if that is not known. */
  async lastLook(): Promise<string | undefined> {
    const runs = await this.#pulumi(...LAST_RUNS).catch(() => "[]");
    return lastLook(JSON.parse(runs) as readonly PastRun[]);
  }

  /** Where the state is kept. */
  async backend(): Promise<string> {
    return (await this.workspace.whoAmI()).url ?? "";
  }

  /** Clears the state's lock, whoever holds it. */
  async cancel(): Promise<void> {
    await this.#selected((stack) => stack.cancel());
  }

  /** Writes existing objects into the state; nothing is changed in the cluster. */
  async import(
    hears: Hears,
    options: Pick<ImportOptions, "resources" | "nameTable">,
  ): Promise<Ended> {
    return this.#run(hears, (stack, onOutput) =>
      stack.import({ ...options, protect: false, generateCode: false, onOutput, color: "never" }),
    );
  }

  /** The Automation API would write the state to a file with all secrets in clear. */
  async #exported<T>(action: (exported: Exported, file: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-state-"));
    const file = join(folder, "state.json");
    try {
      await this.#pulumi("stack", "export", "--file", file);
      return await action(JSON.parse(await readFile(file, "utf8")) as Exported, file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #pulumi(...args: readonly string[]): Promise<string> {
    const { command } = this.workspace.pulumiCommand;
    const { name: stack, folder } = this;
    return pulumiOutput({ command, args, stack, folder, bytes: ANSWER_BYTES });
  }

  async #run(
    hears: Hears,
    action: (stack: Stack, onOutput: Hears) => Promise<unknown>,
  ): Promise<Ended> {
    await assertState(this.folder, this.project, this.name);
    let said = "";
    return this.#selected(async (stack) => {
      try {
        await action(stack, (text) => {
          said += text;
          hears(plain(text));
        });
        return { succeeded: true, said };
      } catch (error) {
        // If it ended without output, only the error says why.
        if (said === "") {
          throw error;
        }
        return { succeeded: false, said };
      }
    });
  }

  /** The Automation API selects the stack that it runs; the user's own choice is restored. */
  async #selected<T>(action: (stack: Stack) => Promise<T>): Promise<T> {
    const { Stack, StackNotFoundError } = await automation();
    const stack = await Stack.select(this.name, this.workspace);
    try {
      return await action(stack);
    } finally {
      if (this.selected !== undefined && this.selected !== this.name) {
        await this.workspace.selectStack(this.selected).catch((error: unknown) => {
          if (!(error instanceof StackNotFoundError)) {
            throw error;
          }
        });
      }
    }
  }
}

/** Loaded when it is needed, so that help appears at once. */
function automation(): Promise<typeof import("@pulumi/pulumi/automation/index.js")> {
  return import("@pulumi/pulumi/automation/index.js");
}

/** A stack's name without its organization and project. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

import { rm } from "node:fs/promises";

import { numberIn, trialStack } from "../../components/trial/definition.ts";
import { ProjectStack, shortName } from "../project-stack.ts";
import { pulumiOutput } from "../pulumi-output.ts";
import { stateLocks } from "../recover/state-lock.ts";
import { isOthersStack, type Pool, settingsFileOf } from "./pool.ts";

const ANSWER_BYTES = 16 * 1024 * 1024;

/** Answers of an engine that has no such stack: somebody else has removed it meanwhile. */
const GONE = /no stack named|not found|does not exist/i;

/** The stacks that deliver the trials of a pool, one for each pull request. */
export class TrialStacks {
  private readonly pool: Pick<Pool, "stack" | "name">;

  constructor(pool: Pick<Pool, "stack" | "name">) {
    this.pool = pool;
  }

  /** The pull requests that have a stack. */
  async numbers(): Promise<number[]> {
    const text = await this.#pulumi(["stack", "ls", "--json"]);
    const stacks = JSON.parse(text) as readonly { readonly name: string }[];
    const prefix = `${this.pool.name}-`;
    return stacks.flatMap(({ name }) => {
      const own = shortName(name);
      const number = own.startsWith(prefix) ? numberIn(own.slice(prefix.length)) : undefined;
      // A stack of somebody's own, such as a second pool, may be called so.
      return number === undefined || isOthersStack(this.pool, own) ? [] : [number];
    });
  }

  /** Whether the stack of a pull request is there, and no run that was killed has left it locked. */
  async isWhole(number: number): Promise<boolean> {
    const isThere = (await this.numbers()).includes(number);
    return isThere && (await stateLocks(await this.open(number))).length === 0;
  }

  /** Makes the stack of a pull request; its settings are in their file already. */
  async create(number: number): Promise<void> {
    await this.#pulumi(["stack", "init", this.#name(number), "--no-select"]);
  }

  open(number: number): Promise<ProjectStack> {
    return ProjectStack.open(this.#name(number), this.pool.stack.folder);
  }

  /** Removes the stack of a pull request, whatever its state has, and its settings: what it delivered is gone already. */
  async remove(number: number): Promise<void> {
    const name = this.#name(number);
    if (isOthersStack(this.pool, shortName(name))) {
      return;
    }
    if ((await this.numbers()).includes(number)) {
      // The lock of a killed run is nobody's any more: the Lease said so.
      await this.#pulumi(["cancel", "--yes", "--stack", name]).catch(() => "");
      await this.#pulumi(["stack", "rm", name, "--yes", "--force", "--preserve-config"]).catch(
        (error: unknown) => {
          if (!(error instanceof Error && GONE.test(error.message))) {
            throw error;
          }
        },
      );
    }
    await rm(settingsFileOf(this.pool, shortName(name)), { force: true });
  }

  /** In the organization of the pool's own stack. */
  #name(number: number): string {
    const { stack, name } = this.pool;
    const organization = stack.name.slice(0, stack.name.length - name.length);
    return `${organization}${trialStack(name, number)}`;
  }

  #pulumi(args: readonly string[]): Promise<string> {
    const { folder } = this.pool.stack;
    return pulumiOutput({ command: "pulumi", args, folder, bytes: ANSWER_BYTES });
  }
}

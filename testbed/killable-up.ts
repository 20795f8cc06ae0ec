import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";

import type { Run } from "./run.ts";

/**
 * Who gets the signal: `engine` alone, as from a memory limit; the process `group` of the command, as from a terminal;
 * or each process of the `job`, as from Jenkins, which knows them by a variable of their environment.
 */
export type Target = "engine" | "group" | "job";

/** The variable that all processes of one run have, whatever group they move to. */
export const JOB = "SLIPWAY_TEST_JOB";

const LOOK_MILLISECONDS = 100;

/** Command lines have the plugin's folder in them, whatever runs it. */
const PROVIDER = /\bresource-kubernetes-v/;
const LOOKS_SELDOM = new RegExp(`\\bpulumi-language-nodejs|${PROVIDER.source}`);

/** A command under way. */
interface Running {
  readonly pid: number | undefined;
  /** Both of its streams. */
  readonly all: Readable;
  readonly ended: Promise<{ readonly exitCode?: number | undefined }>;
}

/** A `pulumi up` that a story watches and kills. */
export class KillableUp {
  #output = "";
  #hasEnded = false;
  readonly #ended: Promise<Run>;

  private readonly running: Running;
  private readonly job: string;

  /** @param running the command, as the leader of a process group of its own, with a job of its own in {@link JOB} */
  constructor(running: Running, job: string) {
    this.running = running;
    this.job = job;

    running.all.on("data", (data: Buffer) => {
      this.#output += data.toString();
    });
    this.#ended = running.ended.then(({ exitCode }) => {
      this.#hasEnded = true;
      return { exitCode: exitCode ?? 1, output: this.#output };
    });
  }

  /** Waits until the run has printed this; fails when it ends without. */
  async seen(text: RegExp): Promise<void> {
    while (!text.test(this.#output)) {
      if (this.#hasEnded) {
        throw new Error(`it ended without ${String(text)}:\n${this.#output}`);
      }
      await look();
    }
  }

  /** Waits for something that the run brings about; fails when the run ends without. */
  async reaches(moment: Promise<void>): Promise<void> {
    const ended = this.#ended.then(({ output }) => {
      throw new Error(`it ended before that:\n${output}`);
    });
    await Promise.race([moment, ended]);
  }

  /** How the run ended that nobody killed. */
  get ended(): Promise<Run> {
    return this.#ended;
  }

  /** Whether it has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Sends the signal, and waits until the command has ended and nothing writes to its output any more. */
  async kill(signal: NodeJS.Signals, target: Target): Promise<Run> {
    const { pid } = this.running;
    if (pid === undefined) {
      throw new Error("the command did not start");
    }
    if (target === "group") {
      process.kill(-pid, signal);
    } else {
      for (const each of processesOf(this.job)) {
        if (target === "job" || /\/pulumi$/.test(each.command[0] ?? "")) {
          send(each.pid, signal);
        }
      }
    }
    return this.#ended;
  }

  /**
   * What still runs of the job after this time, by command line. Pulumi's own language host and Kubernetes provider do not
   * count: they look for their engine every few minutes, and do nothing meanwhile that no engine has asked for.
   */
  async leftovers(patienceMilliseconds = 5000): Promise<string[]> {
    return this.#left(patienceMilliseconds, (command) => !LOOKS_SELDOM.test(command));
  }

  /** Whether the Kubernetes provider still runs after this time. */
  async hasProviderLeft(patienceMilliseconds: number): Promise<boolean> {
    const left = await this.#left(patienceMilliseconds, (command) => PROVIDER.test(command));
    return left.length > 0;
  }

  async #left(
    patienceMilliseconds: number,
    counts: (command: string) => boolean,
  ): Promise<string[]> {
    const until = performance.now() + patienceMilliseconds;
    for (;;) {
      const commands = processesOf(this.job).map(({ command }) => command.join(" "));
      const left = commands.filter(counts);
      if (left.length === 0 || performance.now() > until) {
        return left;
      }
      await look();
    }
  }

  /** Ends whatever is left of the job, for a story that failed half-way. */
  dispose(): void {
    for (const { pid } of processesOf(this.job)) {
      send(pid, "SIGKILL");
    }
  }
}

function processesOf(job: string): { pid: number; command: string[] }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const variables = readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
        // A process that has ended and was not waited for has no command line.
        const isAlive = command.some((part) => part !== "");
        return variables.includes(`${JOB}=${job}`) && isAlive
          ? [{ pid: Number(name), command }]
          : [];
      } catch {
        return [];
      }
    });
}

/** A process may have ended since it was found. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

function look(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
}

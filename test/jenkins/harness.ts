import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

const FOLDER = join(import.meta.dirname, "harness");
const PUSH = "jenkins.branch.BranchEventCause";
const OPENS = ["java.lang", "java.util"].flatMap((name) => [
  "--add-opens",
  `java.base/${name}=ALL-UNNAMED`,
]);
const GROOVY = "org/codehaus/groovy/groovy-all/2.4.21/groovy-all-2.4.21.jar";

/** One build of a Jenkinsfile. */
export interface BuildCase {
  readonly jenkinsfile: string;
  /** What Jenkins says of the build, parameters among it. */
  readonly environment: Readonly<Record<string, string | boolean>>;
  /** Steps that fail. */
  readonly failing?: readonly string[];
  /**
   * Classes of what started it.
   * @default - a push
   */
  readonly causes?: readonly string[];
}

/** What was done, in order; or why Declarative Pipeline would not run the file. */
export type BuildResult =
  | { readonly trace: readonly string[]; readonly refused?: undefined }
  | { readonly refused: string; readonly trace?: undefined };

/** Java that plays builds, one after the other: one that starts takes longer than a build. */
export class Harness {
  readonly #java: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: PromiseWithResolvers<string>[] = [];

  private constructor(java: ChildProcessByStdio<Writable, Readable, null>) {
    this.#java = java;
    createInterface({ input: java.stdout }).on("line", (line) => {
      this.#waiting.shift()?.resolve(line);
    });
    java.once("exit", (code) => {
      const ended = new Error(`the harness ended with ${code ?? "a signal"}`);
      for (const { reject } of this.#waiting.splice(0)) {
        reject(ended);
      }
    });
  }

  /** Compiles it into a folder; fetches Groovy where it is not there yet. */
  static start(folder: string): Harness {
    const jar = groovy();
    if (!existsSync(jar)) {
      execFileSync("mvn", [
        "--quiet",
        "--batch-mode",
        "dependency:copy-dependencies",
        `-DoutputDirectory=${folder}`,
        "-f",
        FOLDER,
      ]);
    }
    const path = existsSync(jar) ? jar : join(folder, "groovy-all-2.4.21.jar");
    const sources = ["Main", "Build", "Causes", "Model", "Node", "Grammar"].map((name) =>
      join(FOLDER, `${name}.java`),
    );
    execFileSync("javac", ["-nowarn", "-cp", path, "-d", folder, ...sources]);
    const options = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
    const args = [...OPENS, ...options, "-cp", `${path}:${folder}`, "Main"];
    return new Harness(spawn("java", args, { stdio: ["pipe", "pipe", "inherit"] }));
  }

  async run(each: BuildCase): Promise<BuildResult> {
    const line = Promise.withResolvers<string>();
    this.#waiting.push(line);
    this.#java.stdin.write(`${JSON.stringify({ failing: [], causes: [PUSH], ...each })}\n`);
    return JSON.parse(await line.promise) as BuildResult;
  }

  end(): void {
    this.#java.stdin.end();
  }
}

function groovy(): string {
  return join(homedir(), ".m2/repository", GROOVY);
}

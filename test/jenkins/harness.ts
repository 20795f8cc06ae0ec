import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "harness");
const PUSH = "jenkins.branch.BranchEventCause";
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

/** Compiles the harness into a folder; fetches Groovy where it is not there yet. */
export class Harness {
  private readonly classes: string;

  private constructor(classes: string) {
    this.classes = classes;
  }

  static build(folder: string): Harness {
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
    return new Harness(`${path}:${folder}`);
  }

  /** Runs builds in one process: a Java that starts takes longer than they do. */
  run(cases: readonly BuildCase[]): BuildResult[] {
    const opens = ["java.lang", "java.util"].flatMap((name) => [
      "--add-opens",
      `java.base/${name}=ALL-UNNAMED`,
    ]);
    const input = JSON.stringify(cases.map((each) => ({ failing: [], causes: [PUSH], ...each })));
    const output = execFileSync(
      "java",
      [
        ...opens,
        "-Xmx256m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        this.classes,
        "Main",
      ],
      {
        input,
      },
    );
    return JSON.parse(output.toString()) as BuildResult[];
  }
}

function groovy(): string {
  return join(homedir(), ".m2/repository", GROOVY);
}

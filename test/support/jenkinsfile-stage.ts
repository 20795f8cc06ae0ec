import { readFileSync } from "node:fs";
import { join } from "node:path";

const TEXT = readFileSync(join(import.meta.dirname, "../../jenkins/Jenkinsfile"), "utf8");

/** What the Jenkinsfile says of a stage. */
export interface Stage {
  /** Label of the agent that it runs on. */
  readonly label: string;
  readonly steps: readonly string[];
  /** What runs after the steps, however they ended. */
  readonly always: readonly string[];
  /** Files that are in the workspace before the steps. */
  readonly takes: readonly string[];
  /** Patterns of files that outlive the pod. */
  readonly leaves: readonly string[];
  /** Variables that are bound to credentials. */
  readonly secrets: readonly string[];
}

/** Reads a stage of the Jenkinsfile. That its text means what Jenkins makes of it is for test/jenkins. */
export function stage(name: string): Stage {
  const text = TEXT.split("stage('").find((each) => each.startsWith(`${name}'`));
  if (text === undefined) {
    throw new Error(`the Jenkinsfile has no stage ${name}`);
  }
  const [before = "", after = ""] = text.split("post {");
  const [label = ""] = all(text, /agent \{ label '([^']+)' \}/g);
  const stashes = all(text, /\bunstash '([^']+)'/g).flatMap((stash) =>
    all(TEXT, new RegExp(`stash name: '${stash}', includes: '([^']+)'`, "g")),
  );
  return {
    label,
    steps: all(before, /\bsh '([^']+)'/g),
    always: all(after, /\bsh '([^']+)'/g),
    takes: [...stashes, ...all(text, /copyArtifacts .*filter: '([^']+)'/g)],
    leaves: [
      ...all(text, /archiveArtifacts artifacts: '([^']+)'/g).flatMap((list) => list.split(", ")),
      ...all(text, /stash name: '[^']+', includes: '([^']+)'/g),
    ],
    secrets: all(text, /(\w+) = credentials\(/g),
  };
}

/**
 * The stage as a script that stands in for Jenkins' own steps: checks out, runs what the stage runs, and hands files on.
 * @param controller where the repository and the files are, see `JenkinsController`
 */
export function scriptOf({ steps, always, takes, leaves }: Stage, controller: string): string {
  const files = `${controller}/files`;
  return `
git clone --quiet ${controller}/repository.git "$HOME/workspace/build"
cd "$HOME/workspace/build"
for file in ${takes.join(" ")}; do
  mkdir -p "$(dirname "$file")"
  curl --fail --silent --show-error --output "$file" "${files}/$file"
done
code=0
{ ${steps.join(" && ")}; } || code=$?
${always.map((step) => `${step} || code=$?`).join("\n")}
for file in ${leaves.join(" ")}; do
  if [ -f "$file" ]; then curl --fail --silent --show-error --upload-file "$file" "${files}/$file"; fi
done
exit $code`;
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}

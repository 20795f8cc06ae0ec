import { readFileSync } from "node:fs";
import { join } from "node:path";

const TEXT = readFileSync(join(import.meta.dirname, "../../jenkins/Jenkinsfile"), "utf8");

/** A command, and the credential that is bound for it alone. */
interface Step {
  readonly command: string;
  /** The id of the credential, and the variable with the path of its file. */
  readonly credential?: { readonly id: string; readonly variable: string };
}

/** What the Jenkinsfile says of a stage. */
export interface Stage {
  /** Label of the agent that it runs on. */
  readonly label: string;
  readonly steps: readonly Step[];
  /** What runs after the steps, however they ended. */
  readonly always: readonly Step[];
  /** Files that are in the workspace before the steps. */
  readonly takes: readonly string[];
  /** Patterns of files that outlive the pod. */
  readonly leaves: readonly string[];
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
    lists(TEXT, new RegExp(`stash name: '${stash}', includes: '([^']+)'`, "g")),
  );
  return {
    label,
    steps: stepsOf(before),
    always: stepsOf(after),
    takes: [...stashes, ...all(text, /copyArtifacts .*filter: '([^']+)'/g)],
    leaves: [
      ...lists(text, /archiveArtifacts artifacts: '([^']+)'/g),
      ...lists(text, /stash name: '[^']+', includes: '([^']+)'/g),
    ],
  };
}

/** Where the controller has a credential's file. */
export function credentialFile(id: string): string {
  return `credentials/${id}`;
}

/**
 * The stage as a script that stands in for Jenkins' own steps: checks out, runs what the stage runs, and hands files on.
 * @param controller where the repository and the files are, see `JenkinsController`
 */
export function scriptOf({ steps, always, takes, leaves }: Stage, controller: string): string {
  const files = `${controller}/files`;
  const commands = (list: readonly Step[]) => list.map((step) => commandOf(step, files));
  return `
git clone --quiet ${controller}/repository.git "$HOME/workspace/build"
cd "$HOME/workspace/build"
for file in ${takes.join(" ")}; do
  mkdir -p "$(dirname "$file")"
  curl --fail --silent --show-error --output "$file" "${files}/$file"
done
code=0
{ ${commands(steps).join(" && ")}; } || code=$?
${commands(always)
  .map((command) => `${command} || code=$?`)
  .join("\n")}
for file in ${leaves.join(" ")}; do
  if [ -f "$file" ]; then curl --fail --silent --show-error --upload-file "$file" "${files}/$file"; fi
done
exit $code`;
}

/** The credential's file is there while its command runs. */
function commandOf({ command, credential }: Step, files: string): string {
  if (credential === undefined) {
    return command;
  }
  const { id, variable } = credential;
  const path = `"$HOME/credential"`;
  return `{ curl --fail --silent --show-error --output ${path} ${files}/${credentialFile(id)} && ${variable}=${path} ${command}; ended=$?; rm -f ${path}; (exit $ended); }`;
}

/** No stack of the stories that run stages is handed off, so that its key is not bound. */
function stepsOf(text: string): Step[] {
  const pattern =
    /\bsh '([^']+)'|withCredentials\(\[file\(credentialsId: '([^']+)', variable: '([^']+)'\)\](?: \+ \(env\.SLIPWAY_HAND_OFF \? .* : \[\]\))?\) \{\s+sh '([^']+)'/g;
  return [...text.matchAll(pattern)].map(([, plain, id = "", variable = "", bound = ""]) =>
    plain === undefined ? { command: bound, credential: { id, variable } } : { command: plain },
  );
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}

function lists(text: string, pattern: RegExp): string[] {
  return all(text, pattern).flatMap((list) => list.split(", "));
}

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Lines of a builder's output that an error shows. */
const LAST_LINES = 20;

/** The client's own advice, which is not about the build. */
const NOISE =
  /^(DEPRECATED:|\s+(Install the buildx component|BuildKit is currently disabled|environment-variable)|WARNING: (Error loading config|Plugin ))/;

/** Taken by the client itself, so that a build argument of that name cannot come by the environment. */
const CLIENT_VARIABLE = /^(PATH|HOME|DOCKER_\w+|BUILDKIT_\w+)$/;

/** One run of the Docker client. */
export interface DockerRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Hears each line as it comes. */
  readonly show: (line: string) => void;
  readonly signal: AbortSignal;
  /** Texts that must not be shown. */
  readonly secrets: readonly string[];
}

/**
 * Runs the Docker client.
 *
 * @returns the lines that it printed
 * @throws with the last lines where it fails
 */
export async function docker({ args, env, show, signal, secrets }: DockerRun): Promise<string[]> {
  const lines: string[] = [];
  const child = spawn("docker", args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGINT",
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      const shown = masked(line, secrets).trimEnd();
      if (shown !== "" && !NOISE.test(shown)) {
        lines.push(shown);
        show(shown);
      }
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new Error("docker is not on PATH; install the Docker client")
          : new Error(`docker ${args[0] ?? ""} was interrupted`),
      );
    });
    child.on("close", resolve);
  });
  if (code !== 0) {
    throw new Error(`docker ${args[0] ?? ""} failed:\n${lines.slice(-LAST_LINES).join("\n")}`);
  }
  return lines;
}

/** Build arguments for the client: their values come by its environment, where no list of processes shows them. */
export function buildArguments(values: Readonly<Record<string, string>>): {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const entries = Object.entries(values);
  return {
    args: entries.flatMap(([name, value]) => [
      "--build-arg",
      CLIENT_VARIABLE.test(name) ? `${name}=${value}` : name,
    ]),
    env: Object.fromEntries(entries.filter(([name]) => !CLIENT_VARIABLE.test(name))),
  };
}

function masked(line: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== "")
    .reduce((text, secret) => text.replaceAll(secret, "[secret]"), line);
}

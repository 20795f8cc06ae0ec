import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Lines of the builder that an error shows. */
const LAST_LINES = 20;

const MISSING =
  "docker buildx is missing, which builds with secrets, ssh, labels, cacheFrom, cacheTo or platforms need; install it: https://docs.docker.com/build/buildx/install/";

/** One run of the Docker client. */
export interface DockerRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Hears each line as it comes. */
  readonly show: (line: string) => void;
  /** A line as it may be shown. */
  readonly tell: (line: string) => string;
}

/**
 * Runs the Docker client to its end.
 *
 * @throws Error with the last lines where it fails
 */
export async function runDocker({ args, env, signal, show, tell }: DockerRun): Promise<void> {
  const lines: string[] = [];
  const child = spawn("docker", args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGINT",
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      const shown = tell(line).trimEnd();
      if (shown !== "") {
        lines.push(shown);
        lines.splice(0, lines.length - LAST_LINES);
        show(shown);
      }
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error(MISSING) : new Error("the build was interrupted"));
    });
    child.on("close", resolve);
  });
  if (code !== 0) {
    const hasBuildx = await isThere({ ...process.env, ...env });
    throw new Error(hasBuildx ? `docker buildx build failed:\n${lines.join("\n")}` : MISSING);
  }
}

/** Without the plugin the client complains of its own options. */
function isThere(env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    execFile("docker", ["buildx", "version"], { env }, (error) => {
      resolve(error === null);
    });
  });
}

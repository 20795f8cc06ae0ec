import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { assertDiskSpace } from "../platform/disk-space.ts";
import { CACHE_FOLDER } from "../platform/folders.ts";
import { withLock } from "../platform/lock.ts";

const MEBIBYTE = 1024 ** 2;

/** What a linker of these programs is never short of memory with. */
const ENOUGH_MEBIBYTES = 2048;

/** Takes one line that tells how far the work is. */
export type Report = (line: string) => void;

/** Programs that one go.mod of this folder names as its `tool`s. */
export interface GoTools {
  /** Folder beside this file. */
  readonly module: string;
  /** Values that the linker writes into variables: `package.Variable` to text. */
  readonly variables: Readonly<Record<string, string>>;
  /** Disk space that a first build takes at its peak. */
  readonly gibibytes: number;
  /**
   * How much the compiler leaves to whatever else is built: see `nice`.
   * @default 0
   */
  readonly niceness?: number;
  /**
   * Files of its folder that the build is made of, beside go.mod and go.sum.
   * @default []
   */
  readonly files?: readonly string[];
  /**
   * What of the language is not in every Go yet, and these programs need: `GOEXPERIMENT`.
   * @default - nothing
   */
  readonly experiment?: string;
  /**
   * Makes what the go.mod replaces a module with.
   * @default - it replaces none
   */
  readonly prepare?: () => Promise<void>;
}

/**
 * Builds Go programs once; the same go.mod, go.sum and linker variables are never built again.
 * A build counts when it is whole: it is made beside its place and moved there in one step.
 * @param report Told what happens, line by line.
 * @param signal Ends the compiler.
 * @returns The folder that holds the programs.
 * @throws When Go is missing, the disk is too full, or the compiler fails.
 */
export async function goBuild(
  tools: GoTools,
  report: Report,
  signal?: AbortSignal,
): Promise<string> {
  const folder = builtFolder(tools);
  if (existsSync(folder)) {
    return folder;
  }
  return withLock(
    folder,
    (holder) => {
      report(`process ${holder} builds it already, waiting for that`);
    },
    async () => {
      if (!existsSync(folder)) {
        await buildInto(tools, folder, report, signal);
      }
      return folder;
    },
  );
}

/** Where a build lies or will lie. */
export function builtFolder(tools: GoTools): string {
  return join(CACHE_FOLDER, "builds", `${tools.module}-${buildKey(tools)}`);
}

/** Whether the build is there, so that nothing takes long. */
export function isBuilt(tools: GoTools): boolean {
  return existsSync(builtFolder(tools));
}

function buildKey(tools: GoTools): string {
  const hash = createHash("sha256").update(linkerFlags(tools));
  for (const file of ["go.mod", "go.sum", ...(tools.files ?? [])]) {
    hash.update(readFileSync(join(import.meta.dirname, tools.module, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

function linkerFlags(tools: GoTools): string {
  const variables = Object.entries(tools.variables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s -w", ...variables].join(" ");
}

async function buildInto(
  tools: GoTools,
  folder: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  await assertGo();
  await assertRoom(tools);
  removeInterrupted(folder);
  const part = `${folder}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  await tools.prepare?.();
  const build = compile(tools, part, signal);
  let count = 0;
  for await (const line of build.iterable({ from: "stderr" })) {
    report(line.startsWith("go: ") ? line : `${++count} packages compiled`);
  }
  const { failed, stderr } = await build;
  if (failed) {
    throw new Error(buildFailure(tools, stderr));
  }
  renameSync(part, folder);
}

function compile(tools: GoTools, part: string, signal?: AbortSignal) {
  // What debuggers read, the linker leaves out.
  const flags = ["-v", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", linkerFlags(tools)];
  const nice = ["-n", String(tools.niceness ?? 0)];
  return execa("nice", [...nice, "go", "build", ...flags, "-o", `${part}/`, "tool"], {
    cwd: join(import.meta.dirname, tools.module),
    env: {
      CGO_ENABLED: "0",
      GOWORK: "off",
      GOFLAGS: "-mod=readonly",
      ...(tools.experiment !== undefined && { GOEXPERIMENT: tools.experiment }),
      ...garbage(),
    },
    reject: false,
    ...(signal !== undefined && { cancelSignal: signal }),
  });
}

/**
 * A quarter of the compiler's work is to collect garbage, of which each of its processes is rid soon: it ends. On two cores
 * four of them run at a time at most, of two builds beside each other.
 * @see https://pkg.go.dev/runtime#hdr-Environment_Variables
 */
function garbage(): Readonly<Record<string, string>> {
  const { GOGC, GOMEMLIMIT } = process.env;
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const limit = Math.floor(memory / 8 / MEBIBYTE);
  if (GOGC !== undefined || GOMEMLIMIT !== undefined) {
    return {};
  }
  // A linker that is short of memory would do nothing but collect.
  return limit < ENOUGH_MEBIBYTES ? { GOGC: "400" } : { GOGC: "off", GOMEMLIMIT: `${limit}MiB` };
}

async function assertGo(): Promise<void> {
  const { failed } = await execa("go", ["version"], { reject: false });
  if (!failed) {
    return;
  }
  throw new Error(
    "go is not on the PATH, and Slipway builds Kubernetes and the Pulumi engine with it where they cannot be downloaded; " +
      "install Go 1.21 or newer (https://go.dev/doc/install) and run it again",
  );
}

/** The compiler's cache takes the most of it, and may lie on a disk of its own. */
async function assertRoom({ module, gibibytes }: GoTools): Promise<void> {
  const { stdout } = await execa("go", ["env", "GOCACHE"]);
  await assertDiskSpace(stdout, gibibytes, `building ${module}`);
  await assertDiskSpace(CACHE_FOLDER, 1, `building ${module}`);
}

/** What an interrupted build left; the lock is held, so nobody else is writing there. */
function removeInterrupted(folder: string): void {
  if (!existsSync(dirname(folder))) {
    return;
  }
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(`${basename(folder)}.part-`)) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
    }
  }
}

function buildFailure({ module }: GoTools, stderr: string): string {
  const lines = stderr
    .split("\n")
    .filter((line) => !/^[\w./-]*$/.test(line))
    .slice(-12);
  const remedy = `try it by hand in ${join(import.meta.dirname, module)} with: go build -o /dev/null tool`;
  return [
    `building tools/go/${module} failed; ${remedy}; the compiler's last lines:`,
    ...lines,
  ].join("\n  ");
}

import { createHash } from "node:crypto";
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { type GoTools, type Report, builtFolder, goBuild } from "../go/build.ts";
import { withLock } from "../platform/lock.ts";
import { readJson, writeJson } from "../platform/private-file.ts";

const require = createRequire(import.meta.filename);
const LAUNCHER = dirname(require.resolve("pulumi/package.json"));

/** Version of the Pulumi CLI, the same as that of the npm package `pulumi`. */
export const ENGINE_VERSION = (
  JSON.parse(readFileSync(join(LAUNCHER, "package.json"), "utf8")) as { version: string }
).version;

/** The newest Node.js language host that still is part of Pulumi's `sdk` Go module. */
const LANGUAGE_HOST_VERSION = "v3.53.1";
const SDK = "github.com/pulumi/pulumi/sdk/v3";
const variables = { [`${SDK}/go/common/version.Version`]: `v${ENGINE_VERSION}` };
// The cluster that is built beside it has more to do afterwards.
const later = { variables, niceness: 10 };
const cli: GoTools = { module: "pulumi", ...later, gibibytes: 3 };
const languageHost: GoTools = { module: "language-nodejs", ...later, gibibytes: 1 };
const ADAPTER = join(import.meta.dirname, "pulumi-language-nodejs.sh");
const DOWNLOAD_SITE = "https://get.pulumi.com/install.sh";

/**
 * Fills the folder in which `npx pulumi` looks for the CLI: by the official download, or by a build
 * from Pulumi's Go modules where the download is out of reach.
 * @param report Told how far a build is.
 * @param signal Ends a build.
 * @returns One line that says which engine is there.
 */
export async function installEngine(
  report: Report = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const bin = engineFolder();
  if (isInstalled(bin)) {
    return installedLine(bin);
  }
  const waiting = (holder: string): void => {
    report(`process ${holder} installs it already, waiting for that`);
  };
  return withLock(bin, waiting, async () => {
    if (!isInstalled(bin) && !(await download(bin, report))) {
      await build(bin, report, signal);
    }
    return installedLine(bin);
  });
}

/** Whether the engine is there and nothing takes long. */
export function engineIsInstalled(): boolean {
  return isInstalled(engineFolder());
}

function engineFolder(): string {
  return join(
    process.env["PULUMI_HOME"] || join(homedir(), ".pulumi"),
    "versions",
    ENGINE_VERSION,
    "bin",
  );
}

/** An engine without our record is an official one, which is left as it is. */
function isInstalled(bin: string): boolean {
  const program = join(bin, "pulumi");
  if (!existsSync(program) || statSync(program).size === 0) {
    return false;
  }
  const record = readJson(recordFile(bin)) as { key: string } | undefined;
  return !record || record.key === buildKey();
}

function installedLine(bin: string): string {
  const origin = existsSync(recordFile(bin))
    ? "built from its Go module, the official CLI could not be downloaded"
    : "official CLI";
  return `pulumi ${ENGINE_VERSION}: ${origin}`;
}

function recordFile(bin: string): string {
  return join(bin, "slipway.json");
}

function buildKey(): string {
  const hash = createHash("sha256").update(readFileSync(ADAPTER));
  return hash.update(builtFolder(cli)).update(builtFolder(languageHost)).digest("hex").slice(0, 12);
}

/** @returns False where the download is out of reach. */
async function download(bin: string, report: Report): Promise<boolean> {
  try {
    const { ok } = await fetch(DOWNLOAD_SITE, {
      method: "HEAD",
      signal: AbortSignal.timeout(5000),
    });
    if (!ok) {
      return false;
    }
  } catch {
    return false;
  }
  report("downloading the official CLI");
  rmSync(bin, { recursive: true, force: true });
  const { failed } = await execa(process.execPath, [join(LAUNCHER, "run.js"), "version"], {
    reject: false,
    timeout: 300_000,
  });
  return !failed && isInstalled(bin);
}

async function build(bin: string, report: Report, signal?: AbortSignal): Promise<void> {
  const programs = [
    await goBuild(cli, report, signal),
    await goBuild(languageHost, report, signal),
  ] as const;
  const scripts = join(await moduleFolder(), "nodejs/dist");
  const part = `${bin}.part-${process.pid}`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const files = {
    [join(programs[0], "pulumi")]: "pulumi",
    [join(programs[1], "pulumi-language-nodejs")]:
      `pulumi-language-nodejs-${LANGUAGE_HOST_VERSION}`,
    [ADAPTER]: "pulumi-language-nodejs",
    [join(scripts, "pulumi-resource-pulumi-nodejs")]: "pulumi-resource-pulumi-nodejs",
    [join(scripts, "pulumi-analyzer-policy")]: "pulumi-analyzer-policy",
  };
  for (const [from, to] of Object.entries(files)) {
    copyFileSync(from, join(part, to), constants.COPYFILE_FICLONE);
    chmodSync(join(part, to), 0o755);
  }
  writeJson(recordFile(part), { key: buildKey() });
  const old = `${bin}.old-${process.pid}`;
  if (existsSync(bin)) {
    renameSync(bin, old);
  }
  renameSync(part, bin);
  rmSync(old, { recursive: true, force: true });
}

/** Folder of the language host's module in Go's module cache, where its scripts lie. */
async function moduleFolder(): Promise<string> {
  const { stdout } = await execa("go", [
    "mod",
    "download",
    "-json",
    `${SDK}@${LANGUAGE_HOST_VERSION}`,
  ]);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

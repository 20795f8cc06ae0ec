import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PinnedPlugin } from "./official.ts";

/** Beside a stand-in: what it was made of, and when the official plugin was last asked for. */
export interface Mark {
  readonly source: string;
  readonly asked: string;
}

const MARK = "stand-in.json";

/** The mark of the stand-in in a plugin's folder; undefined for an official plugin, or an empty folder. */
export function readMark(folder: string): Mark | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, MARK), "utf8")) as Mark;
  } catch {
    return undefined;
  }
}

/** Notes in a plugin's folder what it was made of. */
export async function writeMark(folder: string, mark: Mark): Promise<void> {
  await writeFile(join(folder, MARK), `${JSON.stringify(mark)}\n`);
}

/** Whether a stand-in for this plugin exists. */
export function hasStandIn(name: string, checkout: string): boolean {
  return existsSync(entryPoint(name, checkout));
}

/** A hash over all that a stand-in is made of. */
export function sourceHash(name: string, checkout: string): string {
  const hash = createHash("sha256").update(LAUNCHER);
  const offline = join(checkout, "tools", "offline");
  const files = [
    ...[
      "contract",
      "wire",
      "mask",
      "docker-config",
      "kubeconfig",
      "proxy",
      "build-context",
    ].flatMap((room) => filesIn(join(checkout, room))),
    ...filesIn(join(offline, name)),
    ...readdirSync(offline, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(offline, entry.name)),
    join(checkout, "package-lock.json"),
  ];
  for (const file of files.sort()) {
    hash.update(file.slice(checkout.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

/** Bundles a stand-in into one file with a launcher, and puts it in the plugin's folder in one step. */
export async function installStandIn(
  plugin: PinnedPlugin,
  { folder, checkout, mark }: { folder: string; checkout: string; mark: Mark },
): Promise<void> {
  const parent = join(folder, "..");
  await mkdir(parent, { recursive: true });
  // The engine looks at no folder that is not named as a plugin.
  const fresh = mkdtempSync(join(parent, `.stand-in-${plugin.name}-`));
  try {
    // Only a machine without the official plugins needs the bundler, and loading it takes its time.
    const { build } = await import("esbuild");
    await build({
      entryPoints: [entryPoint(plugin.name, checkout)],
      outfile: join(fresh, "plugin.cjs"),
      bundle: true,
      minify: true,
      platform: "node",
      target: "node22",
      format: "cjs",
      logLevel: "silent",
    });
    const launcher = LAUNCHER.replace("NODE_AT_INSTALL", process.execPath);
    await writeFile(join(fresh, `pulumi-resource-${plugin.name}`), launcher, { mode: 0o755 });
    await writeMark(fresh, mark);
    await replaceFolder(folder, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * The known Node comes first: to ask the one on PATH for its version would cost every start 40 ms.
 * The compile cache can be switched on from outside only, or it would come too late for the one file.
 */
const LAUNCHER = `#!/bin/sh
# Offline stand-in for the official plugin, made by Slipway.
folder=\${0%/*}
node="NODE_AT_INSTALL"
if [ ! -x "$node" ]; then
  node=$(command -v node) || { echo "this stand-in needs Node 22 or newer on PATH" >&2; exit 1; }
  major=$("$node" -p "process.versions.node.split('.')[0]")
  [ "$major" -ge 22 ] || { echo "this stand-in needs Node 22 or newer on PATH, got $major" >&2; exit 1; }
fi
export NODE_COMPILE_CACHE="$folder/compile-cache"
exec "$node" --no-warnings "$folder/plugin.cjs" "$@"
`;

function entryPoint(name: string, checkout: string): string {
  return join(checkout, "tools", "offline", name, "main.ts");
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Where two installs meet, one of them wins; their content is the same. */
async function replaceFolder(folder: string, fresh: string): Promise<void> {
  const old = `${fresh}-old`;
  await rename(folder, old).catch(ignoreAbsent);
  await rename(fresh, folder).catch((error: unknown) => {
    if (!isCode(error, "ENOTEMPTY") && !isCode(error, "EEXIST")) {
      throw error;
    }
  });
  await rm(old, { recursive: true, force: true });
}

function ignoreAbsent(error: unknown): void {
  if (!isCode(error, "ENOENT")) {
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

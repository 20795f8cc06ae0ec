import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { assertDiskSpace } from "../platform/disk-space.ts";
import { CACHE_FOLDER, CHECKOUT } from "../platform/folders.ts";
import { withLock } from "../platform/lock.ts";

/** A program of Python, with every package that it needs in the version that was tried. */
export interface PythonTool {
  readonly name: string;
  /** File of the checkout that names the packages. */
  readonly requirements: string;
}

/** Written last: an environment names its own folder, and cannot be made beside its place. */
const WHOLE = ".whole";

/**
 * Installs a program into an environment of its own, once: the same packages are never installed again.
 *
 * @returns the folder that holds the program
 * @throws Error if Python is missing or older than 3.10, or the packages cannot be installed
 */
export async function pythonInstall(tool: PythonTool, signal?: AbortSignal): Promise<string> {
  const folder = installedFolder(tool);
  return withLock(
    folder,
    () => undefined,
    async () => {
      if (!isInstalled(tool)) {
        await install(tool, folder, signal);
      }
      return join(folder, "bin");
    },
  );
}

/** Whether the program is there, so that nothing takes long. */
export function isInstalled(tool: PythonTool): boolean {
  return existsSync(join(installedFolder(tool), WHOLE));
}

function installedFolder({ name, requirements }: PythonTool): string {
  const packages = readFileSync(join(CHECKOUT, requirements));
  const key = createHash("sha256").update(packages).digest("hex").slice(0, 12);
  return join(CACHE_FOLDER, "builds", `${name}-${key}`);
}

async function install(
  { name, requirements }: PythonTool,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await assertDiskSpace(CACHE_FOLDER, 1, `installing ${name}`);
  rmSync(folder, { recursive: true, force: true });
  const options = { cwd: CHECKOUT, ...(signal !== undefined && { cancelSignal: signal }) };
  const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
  try {
    await execa("python3", ["-m", "venv", folder], options);
    await execa(
      join(folder, "bin/python3"),
      [...pip, "--no-deps", "--requirement", requirements],
      options,
    );
  } catch (error) {
    const said = (error as { readonly stderr?: string; readonly message: string }).stderr;
    throw new Error(
      `${name} cannot be installed: ${said?.trim() || (error as Error).message}; it needs Python 3.10 or newer with its module venv (Debian: python3-venv) and PyPI`,
      { cause: error },
    );
  }
  writeFileSync(join(folder, WHOLE), "");
}

import { type FileHandle, mkdtemp, open, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs `work` with a private folder that is to be a program's `DOCKER_CONFIG`, and removes it afterwards. On Linux the
 * configuration is in a file that has lost its name, and the folder leads to it through this process: what a SIGKILL leaves
 * behind leads to nothing. Elsewhere it is a private file, which a SIGKILL leaves behind.
 */
export async function withConfigFolder<T>(
  config: object,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-login-"));
  try {
    const path = join(folder, "config.json");
    const file = await open(path, "wx", 0o600);
    try {
      await loseName(file, path);
      await file.writeFile(JSON.stringify(config));
      return await work(folder);
    } finally {
      await file.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Before anything is in it. */
async function loseName(file: FileHandle, path: string): Promise<void> {
  const nameless = `/proc/${process.pid}/fd/${file.fd}`;
  const [own, shown] = await Promise.all([file.stat(), stat(nameless).catch(() => undefined)]);
  if (shown?.ino === own.ino && shown.dev === own.dev) {
    await rm(path);
    await symlink(nameless, path);
  }
}

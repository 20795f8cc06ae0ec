import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { CACHE_FOLDER } from "./folders.ts";
import { withLock } from "./lock.ts";

const FOLDER = join(CACHE_FOLDER, "debian", "prometheus");

/** Path of Debian's promtool. Its package is downloaded and not installed: it would start a Prometheus. */
export async function promtool(): Promise<string> {
  if (!existsSync(FOLDER)) {
    await withLock(
      "debian-packages",
      () => undefined,
      async () => {
        if (!existsSync(FOLDER)) {
          await unpack();
        }
      },
    );
  }
  return join(FOLDER, "usr/bin/promtool");
}

async function unpack(): Promise<void> {
  const part = `${FOLDER}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  const run = (program: string, ...args: string[]) => execa(program, args, { cwd: part });
  try {
    await run("apt-get", "download", "prometheus").catch((error: unknown) => {
      throw new Error(
        "the Debian package prometheus cannot be downloaded; run apt-get update, or run this on a Debian-like Linux",
        { cause: error },
      );
    });
    await run("sh", "-c", "dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb");
    renameSync(part, FOLDER);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

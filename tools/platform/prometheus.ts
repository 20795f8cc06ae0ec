import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { docker } from "./docker.ts";
import { CACHE_FOLDER } from "./folders.ts";
import { PROMETHEUS_IMAGE, PROMETHEUS_VERSION } from "./images.ts";
import { withLock } from "./lock.ts";
import { librariesOf } from "./node-image.ts";
import { registryDigest } from "./registry-digest.ts";

const FOLDER = join(CACHE_FOLDER, "debian", `prometheus-${PROMETHEUS_VERSION}`);

/** Path of `prometheus` or `promtool` of the Debian package, which is downloaded and not installed: it would start one. */
export async function prometheusProgram(name: "prometheus" | "promtool"): Promise<string> {
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
  return join(FOLDER, "usr/bin", name);
}

/** Puts Debian's Prometheus into the registry where it is not there. */
export async function ensurePrometheusImage(): Promise<void> {
  if (await registryDigest(PROMETHEUS_IMAGE)) {
    return;
  }
  const program = await prometheusProgram("prometheus");
  const context = mkdtempSync(join(tmpdir(), "slipway-prometheus-"));
  try {
    copyFileSync(
      join(import.meta.dirname, "images/prometheus.Dockerfile"),
      join(context, "Dockerfile"),
    );
    const files = [[program, "bin/prometheus"], ...(await librariesOf(program)).map(inPlace)];
    for (const [from = "", to = ""] of files) {
      mkdirSync(dirname(join(context, "root", to)), { recursive: true });
      copyFileSync(from, join(context, "root", to));
    }
    await docker("build", "--quiet", "--tag", PROMETHEUS_IMAGE, context);
    await docker("push", "--quiet", PROMETHEUS_IMAGE);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

function inPlace(library: string): [from: string, to: string] {
  return [library, library];
}

async function unpack(): Promise<void> {
  const part = `${FOLDER}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  try {
    await execa("apt-get", ["download", "prometheus"], { cwd: part }).catch((error: unknown) => {
      throw new Error(
        "the Debian package prometheus cannot be downloaded; run apt-get update, or run this on a Debian-like Linux",
        { cause: error },
      );
    });
    await execa("sh", ["-c", "dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb"], {
      cwd: part,
    });
    rmSync(FOLDER, { recursive: true, force: true });
    renameSync(part, FOLDER);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { docker } from "./docker.ts";
import { PAUSE_IMAGE } from "./images.ts";
import { registryDigest } from "./registry-digest.ts";

const RECIPES = join(import.meta.dirname, "images");

/**
 * Puts the pause image into the registry: a tiny static program, or a shell where there is no C compiler.
 * @param base Image with a shell.
 */
export async function ensurePauseImage(base: string): Promise<void> {
  if (await registryDigest(PAUSE_IMAGE)) {
    return;
  }
  const context = mkdtempSync(join(tmpdir(), "slipway-pause-"));
  try {
    const output = ["-o", join(context, "pause"), join(RECIPES, "pause.c")];
    const { failed } = await execa("gcc", ["-Os", "-static", "-s", ...output], { reject: false });
    const recipe = failed ? "pause-busybox.Dockerfile" : "pause.Dockerfile";
    copyFileSync(join(RECIPES, recipe), join(context, "Dockerfile"));
    await docker(
      "build",
      "--quiet",
      ...(failed ? ["--build-arg", `BASE=${base}`] : []),
      "--tag",
      PAUSE_IMAGE,
      context,
    );
    await docker("push", "--quiet", PAUSE_IMAGE);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { docker } from "./docker.ts";
import { pauseImage } from "./images.ts";
import { registryDigest } from "./registry-digest.ts";

const recipes = join(import.meta.dirname, "images");

/**
 * Puts the pause image into the registry: a tiny static program, or a shell where there is no C compiler.
 * @param base Image with a shell.
 */
export async function ensurePauseImage(base: string): Promise<void> {
  if (await registryDigest(pauseImage)) {
    return;
  }
  const context = mkdtempSync(join(tmpdir(), "slipway-pause-"));
  try {
    const output = ["-o", join(context, "pause"), join(recipes, "pause.c")];
    const { failed } = await execa("gcc", ["-Os", "-static", "-s", ...output], { reject: false });
    const recipe = failed ? "pause-busybox.Dockerfile" : "pause.Dockerfile";
    copyFileSync(join(recipes, recipe), join(context, "Dockerfile"));
    await docker(
      "build",
      "--quiet",
      ...(failed ? ["--build-arg", `BASE=${base}`] : []),
      "--tag",
      pauseImage,
      context,
    );
    await docker("push", "--quiet", pauseImage);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

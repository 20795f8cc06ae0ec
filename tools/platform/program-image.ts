import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { docker } from "./docker.ts";
import { registryDigest } from "./registry-digest.ts";

/** An image that is one static program. */
export interface ProgramImage {
  /** With the tag of its version. */
  readonly name: string;
  /** File of ./images. */
  readonly recipe: string;
  /** Path of the program, which its recipe copies by its name. */
  readonly program: () => string;
}

/** Puts an image into the registry where it is not there. */
export async function ensureProgramImage({ name, recipe, program }: ProgramImage): Promise<void> {
  if (await registryDigest(name)) {
    return;
  }
  const context = mkdtempSync(join(tmpdir(), "slipway-program-"));
  try {
    copyFileSync(join(import.meta.dirname, "images", recipe), join(context, "Dockerfile"));
    copyFileSync(program(), join(context, basename(program())));
    await docker("build", "--quiet", "--tag", name, context);
    await docker("push", "--quiet", name);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

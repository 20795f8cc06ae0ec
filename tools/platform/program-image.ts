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
  /**
   * Puts what else its recipe copies into the folder that it is built from.
   * @default - it copies nothing else
   */
  readonly fill?: (context: string) => Promise<void>;
}

/** Puts an image into the registry where it is not there. */
export async function ensureProgramImage(image: ProgramImage): Promise<void> {
  const { name, recipe, program } = image;
  if (await registryDigest(name)) {
    return;
  }
  const context = mkdtempSync(join(tmpdir(), "slipway-program-"));
  try {
    copyFileSync(join(import.meta.dirname, "images", recipe), join(context, "Dockerfile"));
    copyFileSync(program(), join(context, basename(program())));
    await image.fill?.(context);
    await docker("build", "--quiet", "--tag", name, context);
    await docker("push", "--quiet", name);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

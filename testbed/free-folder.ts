import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes the first that is free of numbered folders; whoever removes it frees it. Node keeps compiled code by its path, and
 * so the next clone of a program finds what it has kept of the one before.
 */
export async function freeFolder(): Promise<string> {
  for (let number = 1; ; number += 1) {
    const folder = join(tmpdir(), `slipway-clone-${number}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      // Inside of Jest, Node's errors are of a different Error.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error;
      }
    }
  }
}

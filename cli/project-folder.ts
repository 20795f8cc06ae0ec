import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { badInput } from "./exit-code.ts";

/**
 * The nearest folder upwards that holds a Pulumi project.
 *
 * @throws CommandFailure if there is none
 */
export function projectFolder(start: string): string {
  let folder = resolve(start);
  while (!existsSync(join(folder, "Pulumi.yaml"))) {
    if (folder === dirname(folder)) {
      throw badInput(
        `${resolve(start)}: no Pulumi.yaml here or in a folder above; go to the folder of the project`,
      );
    }
    folder = dirname(folder);
  }
  return folder;
}

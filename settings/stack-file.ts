import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

/**
 * Text of a stack's file where the engine looks for it by default, undefined if it cannot be read.
 *
 * @param folder of the project
 * @param stack its name, without organization and project
 */
export function stackFile(folder: string, stack: string): string | undefined {
  try {
    const project = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as {
      readonly stackConfigDir?: string;
    };
    return readFileSync(join(folder, project.stackConfigDir ?? "", `Pulumi.${stack}.yaml`), "utf8");
  } catch {
    return undefined;
  }
}

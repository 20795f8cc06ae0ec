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
    const project = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
    return readFileSync(join(folder, configFolder(project), `Pulumi.${stack}.yaml`), "utf8");
  } catch {
    return undefined;
  }
}

/** Parsing the project's file takes longer than all other settings, and few name a folder. */
function configFolder(project: string): string {
  if (!project.includes("stackConfigDir")) {
    return "";
  }
  const { stackConfigDir } = parse(project) as { readonly stackConfigDir?: string | null };
  return stackConfigDir ?? "";
}

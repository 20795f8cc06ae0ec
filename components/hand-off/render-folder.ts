import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = ".slipway";

/**
 * The folder that a stack's objects are rendered to, below the project's: it is the same on every machine, because it is in the state,
 * and whatever is in it may be deleted. Git does not see it.
 */
export function renderFolder(stack: string): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, ".gitignore"), "*\n");
  return join(FOLDER, "rendered", stack);
}

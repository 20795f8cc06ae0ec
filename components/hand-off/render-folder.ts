import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = ".slipway";

/**
 * Makes the folder that a stack's objects are rendered to, below the project's. Whatever is in it may be deleted, and git does not
 * see it.
 */
export function renderFolder(stack: string): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, ".gitignore"), "*\n");
  return renderFolderOf(stack);
}

/** The folder that a stack's objects are rendered to: the same on every machine, because it is in the state. */
export function renderFolderOf(stack: string): string {
  return `${FOLDER}/rendered/${stack}`;
}

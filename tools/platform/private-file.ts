import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Reads a JSON file that this tool wrote itself.
 * @returns Undefined where it is absent or not whole (a crash can leave half of one behind).
 */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Writes a JSON file, readable by its owner only, so that a reader sees the old or the new one whole. */
export function writeJson(file: string, value: unknown): void {
  writePrivate(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Writes a file, readable by its owner only, so that a reader sees the old or the new one whole. */
export function writePrivate(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.part-${process.pid}`;
  writeFileSync(part, content, { mode: 0o600 });
  renameSync(part, file);
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { pipeline } from "node:stream/promises";

/** A program that is larger is not read. */
const GIBIBYTE = 1024 ** 3;

/**
 * Digest of the file that a command runs, `sha256:<64 hex>`: two programs of one version may not be the same.
 *
 * @param program as the command names it: a path, or a name on the PATH
 * @returns undefined if there is no such file, or it cannot be read
 */
export async function programDigest(
  program: string,
  path = process.env["PATH"] ?? "",
): Promise<string | undefined> {
  const places = program.includes("/")
    ? [program]
    : path.split(delimiter).map((folder) => join(folder, program));
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile() === true && (found.mode & 0o111) !== 0) {
      return found.size > GIBIBYTE ? undefined : digestOf(place).catch(() => undefined);
    }
  }
  return undefined;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest("hex")}`;
}

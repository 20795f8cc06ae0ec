import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

const GIBIBYTE = 2 ** 30;

/**
 * Throws when a folder's disk has less room than some work needs.
 * @param folder Need not exist yet.
 * @param purpose What needs the room, for the message: "building kubernetes".
 */
export async function assertDiskSpace(
  folder: string,
  gibibytes: number,
  purpose: string,
): Promise<void> {
  const { bavail, bsize } = await statfs(nearestExisting(folder));
  const problem = diskProblem(folder, gibibytes, (bavail * bsize) / GIBIBYTE, purpose);
  if (problem) {
    throw new Error(problem);
  }
}

/** What is wrong with the room on a disk. @returns Undefined where there is enough. */
export function diskProblem(
  folder: string,
  needed: number,
  free: number,
  purpose: string,
): string | undefined {
  if (free >= needed) {
    return undefined;
  }
  return (
    `${purpose} needs ${needed} GiB on the disk of ${folder}, but ${free.toFixed(1)} GiB are free; ` +
    `make room (npm run platform -- reset --builds removes what Slipway keeps there) and run it again`
  );
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

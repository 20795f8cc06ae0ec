import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, constants as zlib } from "node:zlib";

/** How a packed file begins. */
const GZIP = Buffer.from([0x1f, 0x8b]);

/** What a secret looks like in a text: itself, and in base64, wherever in a longer text it begins. */
function tracesOf(secret: string): string[] {
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.from("\0".repeat(shift) + secret).toString("base64");
    // The first and last characters depend on what stands beside the secret.
    return text.slice(Math.ceil((shift * 8) / 6), -4);
  });
  return [secret, ...shifted, Buffer.from(secret).toString("hex")];
}

/** The names of the secrets that are in a text. */
export function found(secrets: Readonly<Record<string, string>>, text: string): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => tracesOf(secret).some((trace) => text.includes(trace)))
    .map(([name]) => name);
}

/**
 * All that the files below a folder hold, unpacked, as one text. Links are not followed.
 *
 * @param since files that were last written before this time, in milliseconds, are left out
 */
export async function textBelow(folder: string, since = 0): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map(async ({ parentPath, name }) => {
    // Others write and remove logs meanwhile.
    const file = join(parentPath, name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
    if (mtimeMs < since) {
      return "";
    }
    const content = await readFile(file).catch(absent);
    return `${name}\n${unpacked(content).toString("latin1")}`;
  });
  return (await Promise.all(texts)).join("\n");
}

function absent(error: NodeJS.ErrnoException): Buffer {
  if (error.code === "ENOENT") {
    return Buffer.alloc(0);
  }
  throw error;
}

/** What is written by a process that still runs ends in the middle. */
function unpacked(content: Buffer): Buffer {
  return content.subarray(0, 2).equals(GZIP)
    ? gunzipSync(content, { finishFlush: zlib.Z_SYNC_FLUSH })
    : content;
}

/** Looks at the arguments of all processes of the machine as often as it can, from now until it is ended. */
export class ArgumentsWatch {
  readonly #seen = new Set<string>();
  #ended = false;
  readonly #loop = this.#look();

  /** @returns all that was seen, one process per line */
  async end(): Promise<string> {
    this.#ended = true;
    await this.#loop;
    return [...this.#seen].join("\n");
  }

  async #look(): Promise<void> {
    while (!this.#ended) {
      const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const lines = processes.map((id) =>
        readFile(`/proc/${id}/cmdline`, "latin1").catch(() => ""),
      );
      for (const line of await Promise.all(lines)) {
        this.#seen.add(line.replaceAll("\0", " "));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

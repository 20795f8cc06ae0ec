import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";

import { plain } from "../mask/plain.ts";
import { badInput } from "./exit-code.ts";

/** What means standard output instead of a file's name. */
export const STANDARD_OUTPUT = "-";

/**
 * Checks before a command begins that no more than one result goes to standard output.
 *
 * @param files by the options that name them
 * @throws CommandFailure if one would be mixed with another
 */
export function assertApart(
  files: Readonly<Record<string, string | undefined>>,
  { json }: { readonly json?: true },
): void {
  const named = Object.keys(files).filter((option) => files[option] === STANDARD_OUTPUT);
  const [first, second = json === true ? "--json" : undefined] = named;
  if (first === undefined || second === undefined) {
    return;
  }
  throw badInput(
    `${first}: got "-", and ${second} prints to standard output, too; allowed: one of them; name a file`,
  );
}

/**
 * Writes a result to the file that an option names, or to standard output.
 *
 * @throws CommandFailure if the file cannot be written
 */
export async function writeResult(option: string, file: string, result: string): Promise<void> {
  const text = plain(result);
  if (file === STANDARD_OUTPUT) {
    process.stdout.write(text);
    return;
  }
  await writeFile(file, text).catch(unwritable(option, file));
}

/**
 * The same for what its owner alone may read, also if the file exists: what is read through its old mode, or by who has it
 * open, is not this text. A link stays, and the file that it leads to is replaced.
 *
 * @param file an absolute path; devices and pipes of one's own are written to
 * @throws CommandFailure if the file cannot be written
 */
export async function writePrivate(option: string, file: string, text: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  // What is open in a process already, such as /dev/stdout, is somebody's file, whatever it leads to.
  const isOpen = /^\/(dev|proc)\//.test(file);
  if (!isOpen && isOthersPipe(found)) {
    throw badInput(
      `${option}: got "${file}", a pipe of somebody else, who would read it; allowed: a file in a folder that exists, a pipe of your own, or - for standard output`,
    );
  }
  const isReplaced = !isOpen && (found === undefined || found.isFile());
  const written = isReplaced ? replace(file, text) : writeFile(file, text, { flag: "a" });
  await written.catch(unwritable(option, file));
}

function isOthersPipe(found: Stats | undefined): boolean {
  return found !== undefined && found.isFIFO() && found.uid !== process.getuid?.();
}

async function replace(file: string, text: string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const fresh = `${target}.${randomUUID()}`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: "wx" });
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

function unwritable(option: string, file: string): (error: unknown) => never {
  return (error) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw badInput(
      `${option}: got "${file}", which cannot be written (${code ?? message}); allowed: a file in a folder that exists, or - for standard output`,
    );
  };
}

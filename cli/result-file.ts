import { writeFile } from "node:fs/promises";

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
export async function writeResult(option: string, file: string, text: string): Promise<void> {
  if (file === STANDARD_OUTPUT) {
    process.stdout.write(text);
    return;
  }
  await writeFile(file, text).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw badInput(
      `${option}: got "${file}", which cannot be written (${code ?? message}); allowed: a file in a folder that exists, or - for standard output`,
    );
  });
}

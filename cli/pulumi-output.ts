import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { masked } from "../mask/mask.ts";
import { CommandFailure } from "./exit-code.ts";

/** A command of pulumi, and where it runs. */
export interface PulumiCommand {
  /** The program. */
  readonly command: string;
  /** As a message names them. */
  readonly args: readonly string[];
  /** @default - the one that the arguments name, or that is selected */
  readonly stack?: string;
  readonly folder: string;
  /** The longest answer that is taken. */
  readonly bytes: number;
}

/**
 * What pulumi prints, without questions and colours.
 *
 * @throws CommandFailure with what it says of its failure, without secrets: an address of a backend may have a login
 */
export async function pulumiOutput({
  command,
  args,
  stack,
  folder,
  bytes,
}: PulumiCommand): Promise<string> {
  const named = stack === undefined ? [] : ["--stack", stack];
  const all = [...args, ...named, "--non-interactive", "--color", "never"];
  const options = { cwd: folder, maxBuffer: bytes };
  const { stdout } = await promisify(execFile)(command, all, options).catch((error: unknown) => {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    throw new CommandFailure(
      `pulumi ${args.join(" ")} failed: ${masked(stderr?.trim() || message)}`,
    );
  });
  return stdout;
}

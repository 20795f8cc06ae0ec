import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

import type { Command } from "commander";

import { badInput } from "./exit-code.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { projectFolder } from "./project-folder.ts";
import { STANDARD_OUTPUT } from "./result-file.ts";
import { assertOwnProject, findingsIn, refusal } from "./verify-state/assert-state.ts";
import { exportedState, selectedStack } from "./verify-state/exported.ts";

interface Options extends CommonOptions {
  readonly file?: string;
}

const HELP = `
Whoever can write a stack's state decides which programs start as whoever runs the stack next, and which objects that
run deletes. This command reads the state as data, compares it with the settings of the checkout, and starts no plugin.

Examples:
  $ npx slipway verify-state --stack dev
  $ pulumi stack export --stack dev | npx slipway verify-state --stack dev --file -`;

/** `slipway verify-state`: whether a state is one that the program wrote. */
export function verifyStateCommand(): Command {
  return stackCommand(
    "verify-state",
    "Refuses a state that has what its program never wrote: other plugins, a kubeconfig, objects of other places.",
    HELP,
  )
    .option("--file <file>", "an exported state instead of the stack's; - is standard input")
    .action(verifyState);
}

async function verifyState(options: Options): Promise<void> {
  const folder = projectFolder(process.cwd());
  const stack = options.stack ?? (await selectedStack(folder));
  assertOwnProject(folder, stack);
  const state =
    options.file === undefined ? await exportedState(folder, stack) : await read(options.file);
  const findings = await findingsIn(state, folder, stack);
  if (options.json === true || findings.length === 0) {
    const words = `${stack}: the state has only what its program writes`;
    print(options, { stack, findings }, words);
  }
  if (findings.length > 0) {
    throw refusal(stack, findings);
  }
}

async function read(file: string): Promise<string> {
  if (file === STANDARD_OUTPUT) {
    return text(process.stdin);
  }
  return readFile(file, "utf8").catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw badInput(`--file: got "${file}"; allowed: a file with an exported state; ${reason}`);
  });
}

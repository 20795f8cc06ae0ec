import { Command } from "commander";

import { plain } from "../mask/plain.ts";

/** Options of every command. */
export interface CommonOptions {
  readonly stack?: string;
  readonly json?: true;
}

/** Options of a command that is about one service. */
export interface ServiceOptions extends CommonOptions {
  readonly service?: string;
}

/** The option of {@link ServiceOptions}, for a stack with several services. */
export const SERVICE = [
  "--service <name>",
  "the service; needed if the stack has several",
] as const;

/**
 * A command with the options that all have.
 *
 * @param stack what the stack is, and which one is meant if none is named
 */
export function stackCommand(
  name: string,
  description: string,
  help: string,
  [stack, byDefault]: readonly [string, string?] = ["the stack; by default the selected one"],
): Command {
  return new Command(name)
    .description(description)
    .option("-s, --stack <name>", stack, byDefault)
    .option("--json", "print JSON to standard output, and everything else to standard error")
    .addHelpText("after", help);
}

/** Prints what is not the result to standard error. */
export function remark(text: string): void {
  console.error(plain(text));
}

/** In JSON a control character is escaped, and comes back with whoever reads it. */
function plainTexts(_: string, value: unknown): unknown {
  return typeof value === "string" ? plain(value) : value;
}

/** Prints a command's result: as JSON, or in words. */
export function print({ json }: CommonOptions, result: unknown, words: string): void {
  console.log(plain(json === true ? JSON.stringify(result, plainTexts, 2) : words));
}

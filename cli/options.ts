import { Command, Option } from "commander";

/** Options that every command has. */
export interface CommonOptions {
  readonly stack?: string;
  readonly json?: true;
}

/** A command with the options that all have. */
export function stackCommand(name: string): Command {
  return new Command(name)
    .addOption(new Option("-s, --stack <name>", "the stack; by default the selected one"))
    .addOption(
      new Option("--json", "print JSON to standard output, and everything else to standard error"),
    );
}

/** Prints a command's result: as JSON, or in words. */
export function print({ json }: CommonOptions, result: unknown, words: string): void {
  console.log(json === true ? JSON.stringify(result, null, 2) : words);
}

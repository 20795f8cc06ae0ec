import { CommanderError } from "commander";

import { masked } from "../mask/mask.ts";
import { plain } from "../mask/plain.ts";
import { engineFailure } from "./engine-failure.ts";
import { CommandFailure, EXIT_CODE } from "./exit-code.ts";
import { slipway } from "./program.ts";

process.on("uncaughtException", (thrown) => {
  report(thrown);
  process.exit();
});

slipway()
  .parseAsync()
  .catch(report)
  .finally(() => {
    // What still runs, such as a credential plugin that hangs, would hold the end up for ever.
    process.exit();
  });

function report(thrown: unknown): void {
  const error = engineFailure(thrown) ?? thrown;
  if (error instanceof CommanderError) {
    // commander has printed it, and a request for help is not a fault
    process.exitCode = error.exitCode === 0 ? EXIT_CODE.good : EXIT_CODE.badInput;
    return;
  }
  if (error instanceof CommandFailure) {
    print(error.message);
    process.exitCode = error.exitCode;
    return;
  }
  // Nobody has chosen these words: a client library, Node or a file's parser has.
  print(masked(error instanceof Error ? error.message : String(error)));
  process.exitCode = EXIT_CODE.fault;
}

function print(message: string): void {
  if (message !== "") {
    console.error(plain(`error: ${message}`));
  }
}

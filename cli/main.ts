import { CommanderError } from "commander";

import { engineFailure } from "./engine-failure.ts";
import { CommandFailure, EXIT_CODE } from "./exit-code.ts";
import { slipway } from "./program.ts";

slipway()
  .parseAsync()
  .catch((thrown: unknown) => {
    const error = engineFailure(thrown) ?? thrown;
    if (error instanceof CommanderError) {
      // commander has printed it, and a request for help is not a fault
      process.exitCode = error.exitCode === 0 ? EXIT_CODE.good : EXIT_CODE.badInput;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    if (message !== "") {
      console.error(`error: ${message}`);
    }
    process.exitCode = error instanceof CommandFailure ? error.exitCode : EXIT_CODE.fault;
  })
  .finally(() => {
    // What still runs, such as a credential plugin that hangs, would hold the end up for ever.
    process.exit();
  });

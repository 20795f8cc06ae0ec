import { Command } from "commander";

import { adoptCommand } from "./handoff/adopt.ts";
import { initCommand } from "./handoff/init.ts";
import { returnCommand } from "./handoff/return.ts";

/** `slipway handoff`: from a stack that applies its objects to one that hands them off, and back. */
export function handoffCommand(): Command {
  return new Command("handoff")
    .description(
      "Prepares a stack for a controller of GitOps that applies its objects, and takes them back.",
    )
    .addCommand(initCommand())
    .addCommand(adoptCommand())
    .addCommand(returnCommand());
}

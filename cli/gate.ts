import { Command } from "commander";

import { attachCommand } from "./gate/attach.ts";
import { passCommand } from "./gate/pass.ts";
import { runCommand } from "./gate/run.ts";

/** `slipway gate`: records in the registry what an image has passed. */
export function gateCommand(): Command {
  return new Command("gate")
    .description(
      "Records which images have passed a gate, for stacks that require it before they promote.",
    )
    .addCommand(runCommand())
    .addCommand(attachCommand())
    .addCommand(passCommand());
}

import { Command } from "commander";

import manifest from "../package.json" with { type: "json" };
import { destroyCommand } from "./destroy.ts";
import { gateCommand } from "./gate.ts";
import { handoffCommand } from "./handoff.ts";
import { historyCommand } from "./history.ts";
import { kubeconfigCommand } from "./kubeconfig.ts";
import { previewCommand } from "./preview.ts";
import { recoverCommand } from "./recover.ts";
import { refreshCommand } from "./refresh.ts";
import { reportCommand } from "./report.ts";
import { rollbackCommand } from "./rollback.ts";
import { statusCommand } from "./status.ts";
import { trialCommand } from "./trial.ts";
import { unpinCommand } from "./unpin.ts";
import { verifyStateCommand } from "./verify-state.ts";

const EXIT_CODES = `
Exit codes:
  0  good
  1  fault: the command could not do what was asked
  2  bad input: an option, an argument or the stack is not what is allowed
  3  changes are pending (preview --exit-code)
  4  a release failed, and the previous one was restored and is ready
  5  a release failed

Plain pulumi can do all of this, too, except reports: docs/cli.md.`;

/** The command line: each command in a file of its own. */
export function slipway(): Command {
  const program = new Command("slipway")
    .description("Shows, promotes and rolls back the releases of a Slipway stack.")
    .version(manifest.version)
    .addHelpText("after", EXIT_CODES);
  const commands = [
    statusCommand(),
    historyCommand(),
    refreshCommand(),
    rollbackCommand(),
    unpinCommand(),
    gateCommand(),
    previewCommand(),
    reportCommand(),
    kubeconfigCommand(),
    recoverCommand(),
    verifyStateCommand(),
    handoffCommand(),
    destroyCommand(),
    trialCommand(),
  ];
  for (const command of commands) {
    program.addCommand(command);
  }
  return strict(program);
}

/** Each command fails with an exception, so that one place gives the exit code. */
function strict(command: Command): Command {
  command.exitOverride().showHelpAfterError("(--help shows what is allowed)");
  command.commands.forEach(strict);
  return command;
}

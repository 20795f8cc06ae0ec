import type { Command } from "commander";

import { remedyAfter } from "./aftermath.ts";
import { confirm } from "./confirm.ts";
import { CommandFailure } from "./exit-code.ts";
import { tellingOfEnd } from "./live-look.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { ProjectStack } from "./project-stack.ts";

interface Options extends CommonOptions {
  readonly yes?: true;
}

/** `slipway destroy`: takes a stack away, and says what holds up the end of its namespace. */
export function destroyCommand(): Command {
  return stackCommand("destroy")
    .description(
      "Runs pulumi destroy, and says what holds up the end of the stack's namespace while it waits for that.",
    )
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      `
Example:
  $ npx slipway destroy --stack dev`,
    )
    .action(destroy);
}

async function destroy(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const { namespace } = await stack.outputs();
  const question = `Delete everything of ${stack.name}, with namespace ${namespace}?`;
  await confirm(question, options.yes === true);
  const { succeeded, said } = await tellingOfEnd(stack, namespace, tell, () =>
    stack.destroy((text) => void process.stderr.write(text)),
  );
  if (!succeeded) {
    throw new CommandFailure(
      `pulumi destroy failed; what it said is above${remedyAfter(said, stack.name)}`,
    );
  }
  print(options, { stack: stack.name, namespace }, `${stack.name}: everything is deleted`);
}

function tell(text: string): void {
  console.error(text);
}

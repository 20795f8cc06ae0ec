import type { Command } from "commander";

import { runFailure } from "./aftermath.ts";
import { confirm } from "./confirm.ts";
import { tellingOfEnd } from "./live-look.ts";
import { type CommonOptions, print, remark, stackCommand } from "./options.ts";
import { ProjectStack } from "./project-stack.ts";

interface Options extends CommonOptions {
  readonly yes?: true;
}

const HELP = `
Example:
  $ npx slipway destroy --stack dev`;

/** `slipway destroy`: removes a stack, and says what holds up the end of its namespace. */
export function destroyCommand(): Command {
  return stackCommand(
    "destroy",
    "Runs pulumi destroy, and says what holds up the end of the stack's namespace while it waits for that.",
    HELP,
  )
    .option("-y, --yes", "do not ask")
    .action(destroy);
}

async function destroy(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const { namespace } = await stack.outputs();
  const question = `Delete everything of ${stack.name}, with namespace ${namespace}?`;
  await confirm(question, options.yes === true);
  const { succeeded, said } = await tellingOfEnd(stack, namespace, remark, () =>
    stack.destroy((text) => void process.stderr.write(text)),
  );
  if (!succeeded) {
    throw runFailure("destroy", said, stack.name);
  }
  print(options, { stack: stack.name, namespace }, `${stack.name}: everything is deleted`);
}

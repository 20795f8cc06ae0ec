import type { Command } from "commander";

import { namespaceExists, namespaceName } from "../settings/namespace.ts";
import { runFailure } from "./aftermath.ts";
import { confirm } from "./confirm.ts";
import { CommandFailure } from "./exit-code.ts";
import { tellingOfEnd } from "./live-look.ts";
import { type CommonOptions, print, remark, stackCommand } from "./options.ts";
import { ProjectStack } from "./project-stack.ts";
import { writtenSetting } from "./written-setting.ts";

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
  const { namespace, namespaceExists = false } = await stack.outputs();
  await assertRelinquished(stack, namespace, namespaceExists);
  const end = namespaceExists
    ? `which leaves namespace ${namespace}`
    : `with namespace ${namespace}`;
  const question = `Delete everything of ${stack.name}, ${end}?`;
  await confirm(question, options.yes === true);
  const { succeeded, said } = await tellingOfEnd(stack, namespace, remark, () =>
    stack.destroy((text) => void process.stderr.write(text)),
  );
  if (!succeeded) {
    throw runFailure("destroy", said, stack.name);
  }
  print(options, { stack: stack.name, namespace }, `${stack.name}: everything is deleted`);
}

/**
 * A stack that has created its namespace still deletes it until an up has given it up.
 *
 * @throws CommandFailure if the settings say that the namespace is not the stack's, and its state that it is
 */
async function assertRelinquished(
  stack: ProjectStack,
  namespace: string,
  isGivenUp: boolean,
): Promise<void> {
  const setting = await writtenSetting(stack, "namespace");
  if (!isGivenUp && namespaceExists(setting) && namespaceName(setting) === namespace) {
    throw new CommandFailure(
      `${stack.name}: slipway:namespace says exists: true, but no up has run since, and the stack would still delete namespace ${namespace} with all that is in it; run pulumi up --stack ${stack.name} first`,
    );
  }
}

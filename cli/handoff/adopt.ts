import type { Command } from "commander";

import { confirm } from "../confirm.ts";
import { badInput } from "../exit-code.ts";
import { type CommonOptions, print, remark, stackCommand } from "../options.ts";
import { ProjectStack, shortName } from "../project-stack.ts";
import { renderFolderOf } from "../../components/hand-off/render-folder.ts";
import { giveUpFields, OF_STACK } from "./field-owners.ts";
import { assertSettled, objectTable, ownershipIn, withProvider } from "./owned-objects.ts";
import { handOffSettingOf } from "./setting.ts";

/** Options of the commands that change who applies a stack's objects. */
export interface OwnerOptions extends CommonOptions {
  readonly yes?: true;
  readonly dryRun?: true;
}

const HELP = `
No object is changed, deleted or created a second time: its fields are no longer managed by the stack, so that the controller may remove
one, and the state says from then on that the stack hands its objects off. The next up commits them, and the controller finds each as it is already. Have it apply the
folder before that up, without pruning what it does not know: npx slipway handoff init prints what it needs.

Examples:
  $ npx slipway handoff adopt --stack prod --dry-run
  $ npx slipway handoff adopt --stack prod --yes && npx pulumi up --stack prod`;

/** `slipway handoff adopt`: a stack that applied its objects hands them off from now on. */
export function adoptCommand(): Command {
  return stackCommand(
    "adopt",
    "Leaves the objects of a stack to the controller that slipway:handOff names: they stay as they are, and the stack does not apply them any more.",
    HELP,
  )
    .option("--dry-run", "list the objects, and change nothing")
    .option("-y, --yes", "do not ask")
    .action(adopt);
}

async function adopt(options: OwnerOptions): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  await handOffSettingOf(stack);
  const state = await stack.state();
  assertSettled(state, stack.name);
  const owned = ownershipIn(state);
  if (owned === undefined || owned.isHandedOff || owned.objects.length === 0) {
    throw badInput(
      `${stack.name}: ${owned?.isHandedOff === true ? "hands its objects off already" : "has no objects yet"}; allowed: a stack that applies objects; run pulumi up --stack ${stack.name}`,
    );
  }
  const { objects } = owned;
  remark(objectTable(objects));
  const isDry = options.dryRun === true;
  if (!isDry) {
    await confirm(
      `Leave ${objects.length} objects to the controller, as they are?`,
      options.yes === true,
    );
    (await giveUpFields(stack, objects, OF_STACK)).forEach(remark);
    const folder = renderFolderOf(shortName(stack.name));
    await stack.editState((known) => withProvider(known, (inputs) => handedOff(inputs, folder)));
  }
  const done = isDry ? "would be left to the controller" : "are left to the controller";
  print(
    options,
    { stack: stack.name, changed: !isDry, objects },
    `${stack.name}: ${objects.length} objects ${done}; run pulumi up --stack ${stack.name}, which commits them`,
  );
}

/** The provider as the program has it for a hand-off. */
function handedOff(inputs: Readonly<Record<string, unknown>>, renderYamlToDirectory: string) {
  const kept = Object.entries(inputs).filter(([key]) => key !== "context");
  return { ...Object.fromEntries(kept), kubeconfig: "", renderYamlToDirectory };
}

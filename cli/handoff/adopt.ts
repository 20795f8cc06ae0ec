import type { Command } from "commander";

import { renderFolderOf } from "../../components/hand-off/render-folder.ts";
import { badInput } from "../exit-code.ts";
import { remark } from "../options.ts";
import { ProjectStack, shortName } from "../project-stack.ts";
import { giveUpFields, OF_STACK } from "./field-owners.ts";
import { assertSettled, ownershipIn, withTarget } from "./owned-objects.ts";
import { changeOwner, ownerCommand, type OwnerOptions } from "./owner-change.ts";
import { handOffSettingOf } from "./setting.ts";

const HELP = `
No object is changed, deleted or created a second time: its fields are no longer managed by the stack, so that the controller may remove
one, and the state says from then on that the stack hands its objects off. The next up commits them, and the controller finds each as it is already. Have it apply the
folder before that up, without pruning what it does not know: npx slipway handoff init prints what it needs.

Examples:
  $ npx slipway handoff adopt --stack prod --dry-run
  $ npx slipway handoff adopt --stack prod --yes && npx pulumi up --stack prod`;

/** `slipway handoff adopt`: a stack that applied its objects hands them off from now on. */
export function adoptCommand(): Command {
  return ownerCommand(
    "adopt",
    "Leaves the objects of a stack to the controller that slipway:handOff names: they stay as they are, and the stack does not apply them any more.",
    HELP,
  ).action(adopt);
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
  await changeOwner(stack, objects, options, {
    question: `Leave ${objects.length} objects to the controller, as they are?`,
    done: "left to the controller",
    next: "which commits them",
    make: async () => {
      (await giveUpFields(stack, objects, OF_STACK)).forEach(remark);
      const renderYamlToDirectory = renderFolderOf(shortName(stack.name));
      await stack.editState((known) =>
        withTarget(known, { kubeconfig: "", renderYamlToDirectory }),
      );
    },
  });
}

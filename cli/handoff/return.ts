import type { Command } from "commander";

import { runFailure } from "../aftermath.ts";
import { clusterSettingOf } from "../cluster-setting.ts";
import { badInput } from "../exit-code.ts";
import { remark } from "../options.ts";
import { ProjectStack } from "../project-stack.ts";
import { giveUpFields, OF_CONTROLLERS } from "./field-owners.ts";
import { assertSettled, ownershipIn, withoutHandOff, withTarget } from "./owned-objects.ts";
import { changeOwner, ownerCommand, type OwnerOptions } from "./owner-change.ts";
import { writtenHandOff } from "./setting.ts";

const HELP = `
First have the controller forget the objects without deleting them: remove the Application without cascade
(kubectl delete application … --cascade=orphan, or without its finalizer), or suspend the Kustomization and delete it with
spec.prune: false. Then remove slipway:handOff from the settings, and run this: it reads each object as it is in the cluster
into the state, and changes none.

Examples:
  $ npx slipway handoff return --stack prod --dry-run
  $ npx slipway handoff return --stack prod --yes && npx pulumi up --stack prod`;

/** `slipway handoff return`: a stack that handed its objects off applies them from now on. */
export function returnCommand(): Command {
  return ownerCommand(
    "return",
    "Takes the objects of a stack back from a controller: they stay as they are, and the stack applies them from now on.",
    HELP,
  ).action(takeBack);
}

async function takeBack(options: OwnerOptions): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  if ((await writtenHandOff(stack)) !== undefined) {
    throw badInput(
      "slipway:handOff: set; allowed: settings without it; remove it, and run this again",
    );
  }
  const state = await stack.state();
  assertSettled(state, stack.name);
  const owned = ownershipIn(state);
  if (owned?.isHandedOff !== true) {
    throw badInput(
      `${stack.name}: hands nothing off; allowed: a stack that does; run pulumi up --stack ${stack.name}`,
    );
  }
  const { objects } = owned;
  await changeOwner(stack, objects, options, {
    question: `Take ${objects.length} objects back, as they are?`,
    done: "taken back",
    next: "which applies them",
    make: async () => {
      (await giveUpFields(stack, objects, OF_CONTROLLERS)).forEach(remark);
      const { kubeconfig, kubeconfigVariable, context } = await clusterSettingOf(stack);
      const path = kubeconfigVariable === undefined ? kubeconfig : "";
      await stack.editState((known) =>
        withTarget(withoutHandOff(known), { kubeconfig: path, context }),
      );
      await readObjects(stack);
    },
  });
}

/** The state knows only what was handed off: what the cluster added to it is read now. */
async function readObjects(stack: ProjectStack): Promise<void> {
  const { succeeded, said } = await stack.refresh((text) => void process.stderr.write(text));
  if (!succeeded) {
    throw runFailure("refresh", said, stack.name);
  }
}

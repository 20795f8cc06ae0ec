import type { Command } from "commander";

import { stringify } from "yaml";

import { type CommonOptions, print, stackCommand } from "../options.ts";
import { ProjectStack } from "../project-stack.ts";
import { controllerManifests } from "./controller-manifests.ts";
import { handOffSettingOf, namespaceSettingOf } from "./setting.ts";

const HELP = `
It prints what slipway:handOff needs in the cluster, and applies nothing: an Application of Argo CD, or a source and a Kustomization of
Flux. The controller needs its own way to read the repository.

Examples:
  $ npx slipway handoff init --stack prod > controller.yaml
  $ kubectl apply -f controller.yaml`;

/** `slipway handoff init`: what the controller needs to apply what the stack hands off. */
export function initCommand(): Command {
  return stackCommand(
    "init",
    "Prints the objects by which the controller that slipway:handOff names applies what the stack hands off.",
    HELP,
  ).action(init);
}

async function init(options: CommonOptions): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const handOff = await handOffSettingOf(stack);
  const manifests = controllerManifests(handOff, await namespaceSettingOf(stack));
  const words = manifests.map((manifest) => stringify(manifest)).join("---\n");
  print(options, { stack: stack.name, manifests }, words.trimEnd());
}

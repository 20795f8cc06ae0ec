import { Argument, Command, InvalidArgumentError } from "commander";

import { LABEL } from "../contract/names.ts";
import { gateReference } from "../contract/image-reference.ts";
import { CommandFailure } from "./exit-code.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { serviceOf } from "./outputs.ts";
import { ProjectStack } from "./project-stack.ts";
import { registryOf } from "./registry-access.ts";
import { shortDigest } from "./words.ts";

interface Options extends CommonOptions {
  readonly service?: string;
}

/** `slipway gate`: says in the registry what an image has passed. */
export function gateCommand(): Command {
  return new Command("gate")
    .description("Records what images have passed, for stacks that ask for it before they promote.")
    .addCommand(passCommand());
}

function passCommand(): Command {
  return stackCommand("pass")
    .description("Says that the image of a service's release has passed a gate.")
    .addArgument(
      new Argument("<gate>", "name of the gate, as in promoteFrom.gates").argParser(gateName),
    )
    .option("--service <name>", "the service; needed where the stack has several")
    .addHelpText(
      "after",
      `
The image gets a tag in its registry, so whoever may push to its repository may pass its gates.
Another image of the service has to pass again.

Example, after the acceptance tests against dev:
  $ npx slipway gate pass acceptance --stack dev --service shop`,
    )
    .action(pass);
}

async function pass(gate: string, options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const outputs = await stack.outputs();
  const service = serviceOf(outputs, options.service);
  const { verdict, reason, image, digest } = outputs.releases[service] ?? {};
  if (verdict !== "ready" || image === undefined || digest === undefined) {
    throw new CommandFailure(
      `releases.${service}.verdict must be "ready", got "${verdict ?? "nothing"}" with the reason ${JSON.stringify(reason)}; only what is ready can have passed a gate`,
    );
  }
  const tag = gateReference(image, gate);
  const registry = await registryOf(stack);
  await registry.copy(image, tag);
  print(
    options,
    { stack: stack.name, service, gate, image, tag },
    `${service}: ${shortDigest(digest)} has passed ${gate} (${tag})`,
  );
}

function gateName(text: string): string {
  if (LABEL.test(text)) {
    return text;
  }
  throw new InvalidArgumentError(
    `got "${text}"; allowed: 1 to 63 lower-case letters, digits and hyphens, beginning with a letter`,
  );
}

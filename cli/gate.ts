import { Argument, Command, InvalidArgumentError } from "commander";

import { LABEL } from "../contract/names.ts";
import { gateReference, isPinned } from "../contract/image-reference.ts";
import { CommandFailure } from "./exit-code.ts";
import { print, SERVICE, type ServiceOptions, stackCommand } from "./options.ts";
import { serviceOf } from "./outputs.ts";
import { ProjectStack } from "./project-stack.ts";
import { registryOf } from "./registry-access.ts";
import { shortDigest } from "./words.ts";

const PASS_HELP = `
The image gets a tag in its registry, so whoever may push to its repository may pass its gates.
A different image of the service has to pass again.

Example, after the acceptance tests against dev:
  $ npx slipway gate pass acceptance --stack dev --service shop`;

/** `slipway gate`: records in the registry what an image has passed. */
export function gateCommand(): Command {
  return new Command("gate")
    .description(
      "Records which images have passed a gate, for stacks that require it before they promote.",
    )
    .addCommand(passCommand());
}

function passCommand(): Command {
  return stackCommand(
    "pass",
    "Records that the image of a service's release has passed a gate.",
    PASS_HELP,
  )
    .addArgument(
      new Argument("<gate>", "name of the gate, as in promoteFrom.gates").argParser(gateName),
    )
    .option(...SERVICE)
    .action(pass);
}

async function pass(gate: string, options: ServiceOptions): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const outputs = await stack.outputs();
  const service = serviceOf(outputs, options.service);
  const { verdict, reason, image = "", digest = "" } = outputs.releases[service] ?? {};
  if (verdict !== "ready") {
    throw new CommandFailure(
      `releases.${service}.verdict must be "ready", got "${verdict ?? "nothing"}" with the reason ${JSON.stringify(reason)}; only a ready release can pass a gate`,
    );
  }
  if (!isPinned(image) || !image.endsWith(`@${digest}`)) {
    throw new CommandFailure(
      `releases.${service}.image must be pinned by the digest ${JSON.stringify(digest)}, got ${JSON.stringify(image)}; run pulumi up --stack ${stack.name}`,
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

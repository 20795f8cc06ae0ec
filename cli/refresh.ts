import { isDeepStrictEqual } from "node:util";

import type { Command } from "commander";

import { runFailure } from "./aftermath.ts";
import { knownReleases, lookedAt, withFound } from "./known-release.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { readPins } from "./pins.ts";
import { ProjectStack } from "./project-stack.ts";
import { statusOf, words } from "./status.ts";

const HELP = `
Nothing in the cluster is changed. A release that is no longer ready is found and exits with 0; a stack that promotes from
this one refuses it from then on.

Example:
  $ npx slipway refresh --stack dev`;

/** `slipway refresh`: what a refresh finds, for other stacks, too. */
export function refreshCommand(): Command {
  return stackCommand(
    "refresh",
    "Runs pulumi refresh and writes what it found of the releases into the stack's outputs, where other stacks read them.",
    HELP,
  ).action(refresh);
}

async function refresh(options: CommonOptions): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const began = new Date().toISOString();
  const { succeeded, said } = await stack.refresh((text) => void process.stderr.write(text));
  if (!succeeded) {
    throw runFailure("refresh", said, stack.name);
  }
  const state = await stack.state();
  if (!isDeepStrictEqual(withFound(state), state)) {
    await stack.editState(withFound);
  }
  const pins = await readPins(stack.settingsFile);
  const services = lookedAt(knownReleases(state), began).map((found) =>
    statusOf(found.service, found.record, pins[found.service], { stack: stack.name, found }),
  );
  print(options, { stack: stack.name, services }, words(services, Date.now()));
}

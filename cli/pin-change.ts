import { writeFile } from "node:fs/promises";

import type { Command } from "commander";

import type { ReleaseRecord } from "../contract/release-record.ts";
import { confirm } from "./confirm.ts";
import type { ServiceOptions } from "./options.ts";
import { type Edit, readSettingsFile } from "./pins.ts";
import type { ProjectStack } from "./project-stack.ts";
import { release } from "./release.ts";

/** Options of a command that changes what is pinned. */
export interface PinOptions extends ServiceOptions {
  readonly yes?: true;
  readonly up: boolean;
}

/** The command with the options of those that change what is pinned. */
export function changingPins(command: Command): Command {
  return command.option("-y, --yes", "do not ask").option("--no-up", "write the settings only");
}

/**
 * Changes a stack's settings once somebody has agreed, and runs `pulumi up`.
 *
 * @param what the change in words, for the question
 * @returns the records of the releases, all of them ready; undefined with `--no-up`
 * @throws CommandFailure if nobody agrees, or the up does not end well
 */
export async function changePins(
  stack: ProjectStack,
  options: PinOptions,
  what: string,
  edit: Edit,
): Promise<Readonly<Record<string, ReleaseRecord>> | undefined> {
  await confirm(options.up ? `${what} and run pulumi up?` : `${what}?`, options.yes === true);
  const text = await readSettingsFile(stack.settingsFile);
  await writeFile(stack.settingsFile, edit(text));
  return options.up ? release(stack, options) : undefined;
}

import type { Command } from "commander";

import { confirm } from "../confirm.ts";
import { type CommonOptions, print, remark, stackCommand } from "../options.ts";
import type { ProjectStack } from "../project-stack.ts";
import { type OwnedObject, objectTable } from "./owned-objects.ts";

/** Options of the commands that change who applies a stack's objects. */
export interface OwnerOptions extends CommonOptions {
  readonly yes?: true;
  readonly dryRun?: true;
}

/** A change of who applies a stack's objects. */
interface OwnerChange {
  /** What is asked before it. */
  readonly question: string;
  /** What the objects are after it. */
  readonly done: string;
  /** What the next up does. */
  readonly next: string;
  readonly make: () => Promise<void>;
}

/** A command that changes who applies a stack's objects. */
export function ownerCommand(name: string, description: string, help: string): Command {
  return stackCommand(name, description, help)
    .option("--dry-run", "list the objects, and change nothing")
    .option("-y, --yes", "do not ask");
}

/** Lists the objects, makes the change once it is confirmed, and says what is next; a dry run only lists them. */
export async function changeOwner(
  { name }: Pick<ProjectStack, "name">,
  objects: readonly OwnedObject[],
  options: OwnerOptions,
  { question, done, next, make }: OwnerChange,
): Promise<void> {
  remark(objectTable(objects));
  const changed = options.dryRun !== true;
  if (changed) {
    await confirm(question, options.yes === true);
    await make();
  }
  const outcome = changed
    ? `are ${done}; run pulumi up --stack ${name}, ${next}`
    : `would be ${done}; run it without --dry-run`;
  print(
    options,
    { stack: name, changed, objects },
    `${name}: ${objects.length} objects ${outcome}`,
  );
}

import { type Command, Option } from "commander";

import { badInput } from "./exit-code.ts";
import { assertAlone, membersOf } from "./group-rollback.ts";
import { print, remark, stackCommand } from "./options.ts";
import { changePins, changingPins, type PinOptions } from "./pin-change.ts";
import { groupsOf, pinsOf, readSettingsFile, withoutPins } from "./pins.ts";
import { ProjectStack } from "./project-stack.ts";

interface Options extends PinOptions {
  readonly group?: string;
}

const HELP = `
The stack then builds, promotes, or runs the image of its settings, as it did before the pin.

Examples:
  $ npx slipway unpin --stack prod
  $ npx slipway unpin --stack prod --service shop --yes`;

/** `slipway unpin`: back to what the stack normally runs. */
export function unpinCommand(): Command {
  const command = stackCommand(
    "unpin",
    "Removes the pins of services, runs pulumi up and waits for the verdict.",
    HELP,
  )
    .option("--service <name>", "the service; by default all that are pinned")
    .addOption(
      new Option("--group <name>", "a group, all its members together").conflicts("service"),
    );
  return changingPins(command).action(unpin);
}

async function unpin(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const settings = await readSettingsFile(stack.settingsFile);
  const [pins, groups] = [pinsOf(settings), groupsOf(settings)];
  if (options.service !== undefined) {
    assertAlone(options.service, groups, "npx slipway unpin");
  }
  const pinned = Object.keys(pins);
  const members = options.group === undefined ? undefined : membersOf(options.group, groups);
  const services = members
    ? members.filter((member) => pinned.includes(member))
    : chosen(pinned, options.service);
  if (services.length === 0) {
    print(options, { stack: stack.name, services }, "nothing is pinned");
    return;
  }
  for (const service of services) {
    remark(`${service}: no longer pinned at ${pins[service]?.image ?? ""}`);
  }
  const records = await changePins(stack, options, "Unpin", withoutPins(services));
  const unpinned = { stack: stack.name, services, settings: stack.settingsFile };
  const releases =
    records && Object.fromEntries(services.map((service) => [service, records[service]]));
  print(
    options,
    { ...unpinned, releases },
    `${services.join(", ")}: unpinned${releases ? ` and ready; commit ${stack.settingsFile}` : "; run pulumi up"}`,
  );
}

function chosen(pinned: readonly string[], wanted: string | undefined): readonly string[] {
  if (wanted === undefined) {
    return pinned;
  }
  if (pinned.includes(wanted)) {
    return [wanted];
  }
  throw badInput(
    `--service: got "${wanted}"; allowed: ${pinned.join(", ") || "none, because nothing is pinned"}`,
  );
}

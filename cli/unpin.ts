import { writeFile } from "node:fs/promises";

import type { Command } from "commander";

import { confirm } from "./confirm.ts";
import { badInput } from "./exit-code.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { pinsOf, readSettingsFile, withoutPins } from "./pins.ts";
import { ProjectStack } from "./project-stack.ts";
import { release } from "./release.ts";

interface Options extends CommonOptions {
  readonly service?: string;
  readonly yes?: true;
  readonly up: boolean;
}

/** `slipway unpin`: back to what the stack normally runs. */
export function unpinCommand(): Command {
  return stackCommand("unpin")
    .description(
      "Lets services go from the images they are pinned at, runs pulumi up and waits for the verdict.",
    )
    .option("--service <name>", "the service; by default all that are pinned")
    .option("-y, --yes", "do not ask")
    .option("--no-up", "write the settings only")
    .addHelpText(
      "after",
      `
The stack then builds, promotes, or runs the image of its settings, as it did before the pin.

Examples:
  $ npx slipway unpin --stack prod
  $ npx slipway unpin --stack prod --service shop --yes`,
    )
    .action(unpin);
}

async function unpin(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const text = await readSettingsFile(stack.settingsFile);
  const pins = pinsOf(text);
  const services = chosen(Object.keys(pins), options.service);
  if (services.length === 0) {
    print(options, { stack: stack.name, services }, "nothing is pinned");
    return;
  }
  for (const service of services) {
    console.error(`${service}: no longer pinned at ${pins[service]?.image ?? ""}`);
  }
  await confirm(options.up ? "Unpin and run pulumi up?" : "Unpin?", options.yes === true);
  await writeFile(stack.settingsFile, withoutPins(services)(text));
  const unpinned = { stack: stack.name, services, settings: stack.settingsFile };
  if (!options.up) {
    print(options, unpinned, `${services.join(", ")}: unpinned; run pulumi up`);
    return;
  }
  const releases = await release(stack, options);
  const ready = Object.fromEntries(services.map((service) => [service, releases[service]]));
  print(
    options,
    { ...unpinned, releases: ready },
    `${services.join(", ")}: unpinned and ready; commit ${stack.settingsFile}`,
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
    `--service: got "${wanted}"; allowed: ${pinned.join(", ") || "none, for nothing is pinned"}`,
  );
}

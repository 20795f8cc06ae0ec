import { type Command, InvalidArgumentError, Option } from "commander";

import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import { byName } from "../components/by-name.ts";
import { earlierRelease, type Wanted } from "./earlier.ts";
import { badInput, CommandFailure } from "./exit-code.ts";
import { assertAlone, earlierSet, membersOf } from "./group-rollback.ts";
import { print, remark, SERVICE, stackCommand } from "./options.ts";
import { serviceOf, type SlipwayOutputs } from "./outputs.ts";
import { changePins, changingPins, type PinOptions } from "./pin-change.ts";
import { groupsOf, type Pin, pinOf, pinsOf, readSettingsFile, sharersOf, withPin } from "./pins.ts";
import { ProjectStack } from "./project-stack.ts";
import { registryOf } from "./registry-access.ts";
import { age, commitWords, shortDigest } from "./words.ts";

interface Options extends PinOptions {
  readonly group?: string;
  readonly to?: string;
  readonly steps?: number;
}

const HELP = `
The image goes back; replicas, variables and all other settings stay those of the checkout. The pin stays until
npx slipway unpin, also when the up fails: commit the settings so that everybody's next up keeps it.

Examples:
  $ npx slipway rollback --stack prod
  $ npx slipway rollback --stack prod --service shop --to sha256:4f5e2a --yes
  $ npx slipway rollback --stack prod --group checkout`;

/** `slipway rollback`: back to an earlier image, and pinned there. */
export function rollbackCommand(): Command {
  const command = stackCommand(
    "rollback",
    "Goes back to an image that was ready before: pins it in the stack's settings, runs pulumi up and waits for the verdict.",
    HELP,
  )
    .option(...SERVICE)
    .addOption(
      new Option("--group <name>", "a group, all its members together").conflicts("service"),
    )
    .addOption(
      new Option(
        "--to <digest>",
        "digest of the history, or its start; of a group, the id of a set",
      ).conflicts("steps"),
    )
    .option("--steps <number>", "images to go back (default: 1)", positive);
  return changingPins(command).action(rollback);
}

async function rollback(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const outputs = await stack.outputs();
  const settings = await readSettingsFile(stack.settingsFile);
  if (options.group !== undefined) {
    await rollBackGroup(options.group, stack, outputs, settings, options);
    return;
  }
  const service = serviceOf(outputs, options.service);
  assertAlone(service, groupsOf(settings), "npx slipway rollback");
  const current = outputs.releases[service] as ReleaseRecord;
  const pin = pinsOf(settings)[service];
  const wanted = wantedOf(service, options, pin);
  const target = earlierRelease(service, current, outputs.history[service] ?? [], wanted);
  assertSchema(service, current, target);
  await assertKept(stack, service, target);

  remark(change(service, current, target, stack.settingsFile));
  remarkSchema(service, current, target);
  const followers = sharersOf(settings, service);
  if (followers.length > 0) {
    remark(`${followers.join(", ")}: the image is that of ${service}, and goes back with it`);
  }
  const releases = await changePins(stack, options, "Pin it", withPin(service, pinOf(target)));
  const pinned = { stack: stack.name, service, image: target.image, settings: stack.settingsFile };
  print(
    options,
    { ...pinned, ...(releases && { release: releases[service] }) },
    releases === undefined
      ? `${service} is pinned at ${target.image}; run pulumi up`
      : `${service} is ready at ${shortDigest(target.digest)} and stays there until npx slipway unpin; commit ${stack.settingsFile}`,
  );
}

/** Back to a set that was ready as a whole: each member is pinned at its image of that set. */
async function rollBackGroup(
  group: string,
  stack: ProjectStack,
  outputs: SlipwayOutputs,
  settings: string,
  options: Options,
): Promise<void> {
  const members = membersOf(group, groupsOf(settings));
  const pins = pinsOf(settings);
  const pin = members.flatMap((member) => pins[member] ?? [])[0];
  const allowed = `a set of npx slipway history --service ${members[0] ?? ""}`;
  const wanted = wantedOf(`group ${group}`, options, pin, allowed);
  const { set, releases: targets } = earlierSet(group, members, outputs, wanted);
  const currentOf = (member: string) => outputs.releases[member] as ReleaseRecord;
  for (const [member, target] of Object.entries(targets)) {
    assertSchema(member, currentOf(member), target);
    await assertKept(stack, member, target);
  }
  for (const [member, target] of Object.entries(targets)) {
    remark(change(member, currentOf(member), target, stack.settingsFile));
    remarkSchema(member, currentOf(member), target);
  }
  const edit = Object.entries(targets)
    .map(([member, target]) => withPin(member, pinOf(target)))
    .reduce((first, second) => (text) => second(first(text)));
  const releases = await changePins(
    stack,
    options,
    `Pin ${group} at the images of the set ${set}`,
    edit,
  );
  const images = byName(targets, (_, { image }) => image);
  print(
    options,
    {
      ...{ stack: stack.name, group, set, images, settings: stack.settingsFile },
      ...(releases && { releases: byName(targets, (member) => releases[member]) }),
    },
    releases === undefined
      ? `${group} is pinned at the images of the set ${set}; run pulumi up`
      : `${group} is ready with the images of the set ${set} and stays there until npx slipway unpin; commit ${stack.settingsFile}`,
  );
}

/** A restored release is the newest of the history: steps from there would lead forward. */
export function wantedOf(
  service: string,
  { to, steps = 1 }: { readonly to?: string; readonly steps?: number },
  pin: Pin | undefined,
  allowed = `a digest of npx slipway history --service ${service}`,
): Wanted {
  if (to !== undefined) {
    return { to };
  }
  if (pin === undefined) {
    return { steps };
  }
  throw badInput(
    `--to: missing, and ${service} is pinned at ${pin.image} already; allowed: ${allowed}; or run npx slipway unpin first`,
  );
}

/** Says that a rollback undoes no migration, if there was one since. */
function remarkSchema(
  service: string,
  { migration }: Pick<ReleaseRecord, "migration">,
  { migratedBy }: Pick<HistoryEntry, "migratedBy">,
): void {
  const last = migration?.last;
  if (typeof last === "string" && last !== migratedBy) {
    remark(`${service}: the schema stays as job ${last} has left it`);
  }
}

/**
 * Refuses a release that is older than the last migration, if the settings of that one say so.
 *
 * @throws CommandFailure for one that is older
 */
export function assertSchema(
  service: string,
  { migration }: Pick<ReleaseRecord, "migration">,
  { migratedBy, digest }: Pick<HistoryEntry, "migratedBy" | "digest">,
): void {
  if (migration?.back !== "refuse" || migration.last === null || migratedBy === migration.last) {
    return;
  }
  throw badInput(
    `${service}: ${shortDigest(digest)} is older than the last migration, job ${migration.last}, and slipway:services.${service}.migrate.back is refuse; allowed: a release since then; deliver a fix, or set back: keep if it works with the schema of now and run pulumi up first`,
  );
}

async function assertKept(
  stack: ProjectStack,
  service: string,
  { image, digest }: HistoryEntry,
): Promise<void> {
  const kept = await (await registryOf(stack)).digest(image);
  if (kept === digest) {
    return;
  }
  throw new CommandFailure(
    `${service}: ${image} must be in the registry, got ${kept ?? "nothing"}; choose another release of npx slipway history --service ${service}, or build its commit again`,
  );
}

/** What a rollback will change, for a person to confirm. */
export function change(
  service: string,
  current: ReleaseRecord,
  target: HistoryEntry,
  settingsFile: string,
): string {
  const from = `${shortDigest(current.digest)} (commit ${commitWords(current)}, ${current.verdict})`;
  const to = `${shortDigest(target.digest)} (commit ${commitWords(target)}, ready ${age(target.startedAt, Date.now())} ago)`;
  return [
    `${service}: ${from}`,
    `${" ".repeat(service.length)}→ ${to}`,
    `${settingsFile}: slipway:pins.${service}.image becomes ${target.image}`,
  ].join("\n");
}

function positive(text: string): number {
  if (/^[1-9]\d*$/.test(text)) {
    return Number(text);
  }
  throw new InvalidArgumentError(`got "${text}"; allowed: a whole number of at least 1`);
}

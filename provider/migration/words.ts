import type { MigrationInputs, ProvedMigration } from "../../contract/migration.ts";
import type { MigrationRecord } from "../../contract/migration-record.ts";
import { digestOf } from "../../contract/image-reference.ts";
import type { Properties } from "../../wire/plugin.ts";
import { isUnknown } from "../../wire/unknown.ts";
import { oneLine } from "../cluster/one-line.ts";
import { masked } from "../../mask/mask.ts";

type Shown = Pick<MigrationInputs, "command" | "image">;

/** What will be run, in one line; nothing is known of an image that is not built. */
export function runs({ command, image }: Properties): string {
  const digest = isUnknown(image) ? undefined : digestOf(String(image));
  const where = digest === undefined ? "the image that is not built yet" : short(digest);
  return `migration runs: ${shown(String(command))} on ${where}`;
}

/** The same for a person who sees it run again. */
export function runsAgain(news: Properties, { job, reason }: MigrationRecord): string {
  return `${runs(news)}, again: job ${job} failed with ${reason ?? "no reason"}`;
}

/** Why nothing is run. */
export function rests({ command, image }: Shown, { job, startedAt }: ProvedMigration): string {
  const digest = short(digestOf(image) ?? image);
  return `migration does not run: ${shown(command)} on ${digest} was proved by job ${job} at ${startedAt}`;
}

/** Nobody should write a password into a command; who does reads it in the settings, not in every log. */
function shown(command: string): string {
  return oneLine(masked(command));
}

function short(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

import type { Command } from "commander";

import type { ReleaseRecord } from "../contract/release-record";
import { type CommonOptions, print, stackCommand } from "./options";
import { type Pin, readPins } from "./pins";
import { ProjectStack } from "./project-stack";
import { age, commitWords, shortDigest, table } from "./words";

/** What is known of one service. */
export interface ServiceStatus {
  readonly service: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly verdict: ReleaseRecord["verdict"];
  readonly reason: string | null;
  /** When the release was judged, ISO 8601. */
  readonly startedAt: string;
  /** Digest of what the stack asks for. */
  readonly desired: string;
  /** Digest of what runs, null where that is not known: the release failed, and nothing was put back. */
  readonly runs: string | null;
  /** Image that the settings hold the service at, null where they do not. */
  readonly pin: string | null;
}

/** `slipway status`: what is asked for, and what runs. */
export function statusCommand(): Command {
  return stackCommand("status")
    .description(
      "Shows for each service its last release, and what runs against what the stack asks for, as of the last up.",
    )
    .addHelpText(
      "after",
      `
RUNS is "as desired", or the digest that was put back when the release failed, or "unknown" where none was.
To have the cluster judged anew, run pulumi refresh first.

Examples:
  $ npx slipway status
  $ npx slipway status --stack prod --json`,
    )
    .action(async (options: CommonOptions) => {
      const stack = await ProjectStack.open(options.stack);
      const { releases } = await stack.outputs();
      const pins = await readPins(stack.settingsFile);
      const services = Object.entries(releases).map(([name, record]) =>
        statusOf(name, record, pins[name]),
      );
      print(options, { stack: stack.name, services }, words(services, Date.now()));
    });
}

/** What a release's record says of its service. */
export function statusOf(
  service: string,
  { commit, dirty, verdict, reason, startedAt, digest, running }: ReleaseRecord,
  pin: Pin | undefined,
): ServiceStatus {
  const runs = verdict === "ready" ? digest : (running?.digest ?? null);
  const known = { commit, dirty, verdict, reason, startedAt, desired: digest };
  return { service, ...known, runs, pin: pin?.image ?? null };
}

function words(services: readonly ServiceStatus[], now: number): string {
  const rows = services.map((status) => [
    status.service,
    commitWords(status),
    shortDigest(status.desired),
    status.verdict + (status.reason === null ? "" : ` (${status.reason})`),
    age(status.startedAt, now),
    runsWords(status),
    status.pin === null ? "" : shortDigest(status.pin.slice(status.pin.indexOf("@") + 1)),
  ]);
  return table(["SERVICE", "COMMIT", "DIGEST", "VERDICT", "AGE", "RUNS", "PINNED AT"], rows);
}

function runsWords({ verdict, runs, desired }: ServiceStatus): string {
  if (runs === null) return "unknown";
  return verdict === "ready" && runs === desired ? "as desired" : shortDigest(runs);
}

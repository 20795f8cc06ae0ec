import type { Command } from "commander";

import type { ReleasedGroup, ReleaseRecord } from "../contract/release-record.ts";
import { remedyOf } from "./aftermath.ts";
import { groupFailures } from "./group-words.ts";
import {
  foundLast,
  type KnownRelease,
  knownReleases,
  lookedAt,
  withKnown,
} from "./known-release.ts";
import { handOffLines } from "./handed-off.ts";
import { lookAtCluster, lookAtHandOff } from "./live-look.ts";
import { type CommonOptions, print, stackCommand } from "./options.ts";
import { endingGates, type Gated } from "./passed-gates.ts";
import { type Pin, readPins } from "./pins.ts";
import { ProjectStack } from "./project-stack.ts";
import { warningsOf } from "./warnings.ts";
import {
  age,
  commitWords,
  onOneLine,
  sameImageWords,
  setWords,
  shortDigest,
  table,
} from "./words.ts";

interface Options extends CommonOptions {
  readonly live?: true;
}

/** What is known of one service. */
export interface ServiceStatus extends Gated {
  readonly service: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly verdict: ReleaseRecord["verdict"];
  readonly reason: string | null;
  /** When the release was judged, ISO 8601. */
  readonly startedAt: string;
  /** When the cluster was last looked at, ISO 8601: by the last up, by a refresh, or just now. */
  readonly foundAt: string;
  /** Digest of what the stack requests. */
  readonly desired: string;
  /** Digest of what runs, null if unknown: the release failed, and none was restored. */
  readonly runs: string | null;
  /** Hash of the manifests that the stack requests: with the digest, it distinguishes releases. */
  readonly desiredManifests: string;
  /** Hash of the manifests that run, null if unknown. */
  readonly runsManifests: string | null;
  /** Image that the settings pin the service at, null if they do not. */
  readonly pin: string | null;
  /** What is to be said of it though it is ready. */
  readonly warnings: readonly string[];
  /** What to do if the release's objects are gone, null if they are not. */
  readonly remedy: string | null;
  /**
   * Its group, and how that ended.
   * @default - it is in none
   */
  readonly group?: ReleasedGroup;
}

const HELP = `
RUNS is "as desired", or the digest that was restored when the release failed, or "unknown" if none was. AS OF is
when the cluster was last looked at.

Examples:
  $ npx slipway status
  $ npx slipway status --stack prod --live
  $ npx slipway status --stack prod --json`;

/** `slipway status`: what the stack requests, and what runs. */
export function statusCommand(): Command {
  return stackCommand(
    "status",
    "Shows for each service its last release, and what runs against what the stack asks for, as of the last up or refresh.",
    HELP,
  )
    .option("--live", "look at the cluster now; nothing is written, not even to the stack's state")
    .action(status);
}

async function status(options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const [outputs, looked] = await Promise.all([stack.outputs(), stack.lastLook()]);
  const pins = await readPins(stack.settingsFile);
  const state = await stack.state();
  const stored = lookedAt(knownReleases(state), looked);
  const { known, end } =
    options.live === true
      ? await lookAtCluster(stack, outputs.namespace, stored)
      : { known: stored, end: undefined };
  const { releases } = withKnown(outputs, known);
  const handOff = options.live === true ? await lookAtHandOff(stack, state) : outputs.handOff;
  const services = Object.entries(releases).map(([name, record]) => {
    const found = known.find(({ service }) => service === name);
    return statusOf(name, record, pins[name], { stack: stack.name, found });
  });
  const text = [words(services, Date.now()), ...handOffLines(handOff)].join("\n");
  const result = {
    stack: stack.name,
    services,
    ...(handOff && { handOff }),
    ...(end !== undefined && { namespace: end }),
  };
  print(options, result, end === undefined ? text : `${text}\n${end}`);
}

/** What a release's record says of its service. */
export function statusOf(
  service: string,
  record: ReleaseRecord,
  pin: Pin | undefined,
  { stack, found }: { readonly stack: string; readonly found?: KnownRelease | undefined },
): ServiceStatus {
  const { commit, dirty, verdict, reason, startedAt, digest, manifestHash, running } = record;
  const runs = verdict === "ready" ? record : running;
  return {
    service,
    ...{ commit, dirty, verdict, reason, startedAt },
    foundAt: found?.foundAt ?? foundLast(record),
    desired: digest,
    runs: runs?.digest ?? null,
    desiredManifests: manifestHash,
    runsManifests: runs?.manifestHash ?? null,
    pin: pin?.image ?? null,
    warnings: warningsOf(record),
    remedy: remedyOf(reason, stack) ?? null,
    ...(record.group && { group: record.group }),
    ...(record.gates && { gates: record.gates }),
  };
}

/** The services in columns, and below them what to do. */
export function words(services: readonly ServiceStatus[], now: number): string {
  const isGrouped = services.some(({ group }) => group !== undefined);
  const rows = services.map((each) => [
    each.service,
    commitWords(each),
    shortDigest(each.desired),
    each.verdict + (each.reason === null ? "" : ` (${each.reason})`),
    age(each.startedAt, now),
    runsWords(each),
    `${age(each.foundAt, now)} ago`,
    each.pin === null ? "" : shortDigest(each.pin.slice(each.pin.indexOf("@") + 1)),
    ...(isGrouped ? [setWords(each)] : []),
  ]);
  const own = ["SERVICE", "COMMIT", "DIGEST", "VERDICT", "AGE", "RUNS", "AS OF", "PINNED AT"];
  const headings = [...own, ...(isGrouped ? ["GROUP AND SET"] : [])];
  const notes = services.flatMap(({ service, warnings, remedy, ...gated }) => [
    ...warnings.map((warning) => `${service}: warning: ${onOneLine(warning)}`),
    ...endingGates(gated, now).map((ending) => `${service}: warning: ${ending}`),
    ...(remedy === null ? [] : [`${service}: ${remedy}`]),
  ]);
  const groups = groupFailures(services);
  return [table(headings, rows), ...groups, ...notes].join("\n");
}

function runsWords(status: ServiceStatus): string {
  const { verdict, runs, desired, runsManifests, desiredManifests } = status;
  if (runs === null) {
    return "unknown";
  }
  const asked = { digest: desired, manifestHash: desiredManifests };
  const same = sameImageWords({ digest: runs, manifestHash: runsManifests ?? "" }, asked);
  return verdict === "ready" ? "as desired" : (same ?? shortDigest(runs));
}

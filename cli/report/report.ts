import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";
import type { HandedOffOutput } from "../handed-off.ts";
import { type Span, timelineOf, workTimes } from "./timeline.ts";

/** What a report is made from: the stack's outputs and, if the run is at hand, the engine's events during `up`. */
export interface ReportSource {
  readonly project: string;
  readonly stack: string;
  /** By service. */
  readonly releases: Readonly<Record<string, ReleaseRecord>>;
  /**
   * By service, newest first.
   *
   * @default {}
   */
  readonly history?: Readonly<Record<string, readonly HistoryEntry[]>>;
  /**
   * Events of the `up` (`onEvent` of the Automation API).
   *
   * @default [], and the timeline begins with the wait for the verdict
   */
  readonly events?: readonly EngineEvent[];
  /**
   * What became of the hand-off.
   *
   * @default - the stack applies its objects itself
   */
  readonly handOff?: HandedOffOutput | undefined;
}

/** One service of a report. */
export interface ServiceReport {
  readonly name: string;
  readonly release: ReleaseRecord;
  readonly timeline: readonly Span[];
  readonly history: readonly HistoryEntry[];
}

/** What became of an `up`, as `slipway report --json` prints it. */
export interface ReleaseReport {
  readonly version: 1;
  readonly project: string;
  readonly stack: string;
  /** `failed` if one of the services did. */
  readonly verdict: ReleaseRecord["verdict"];
  /** The failed ones first, then by name. */
  readonly services: readonly ServiceReport[];
  /**
   * What became of the hand-off.
   * @default - the stack applies its objects itself
   */
  readonly handOff?: HandedOffOutput;
}

/** Puts together what a page, a comment or a program shows of a stack's releases. */
export function releaseReport({
  project,
  stack,
  releases,
  history = {},
  events = [],
  handOff,
}: ReportSource): ReleaseReport {
  const work = workTimes(events);
  const services = Object.entries(releases).map(([name, release]) => ({
    name,
    release,
    timeline: timelineOf(name, release, work),
    history: history[name] ?? [],
  }));
  services.sort((one, other) => rank(one).localeCompare(rank(other), "en"));
  const failed = services.some(({ release }) => release.verdict === "failed");
  const verdict = failed ? "failed" : "ready";
  return { version: 1, project, stack, verdict, services, ...(handOff && { handOff }) };
}

function rank({ name, release }: Pick<ServiceReport, "name" | "release">): string {
  return `${release.verdict === "failed" ? 0 : 1} ${name}`;
}

import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import type { ReleasedPod, ReleaseRecord } from "../../contract/release-record.ts";
import { DELIVERING_TYPES } from "../../contract/workload-kind.ts";
import { BUILT_TYPES } from "../built-types.ts";

/** A part of a release that took time. */
export interface Span {
  /** The pod that it is about, null for a part of the whole release. */
  readonly pod: string | null;
  readonly part:
    | "build and push"
    | "apply"
    | "schedule"
    | "pull"
    | "start"
    | "ready"
    | "pods stay ready"
    | "verdict";
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
}

/** A pod's steps in their order, with the time that ends each. */
const STEPS = [
  ["schedule", "scheduledAt"],
  ["pull", "pulledAt"],
  ["start", "startedAt"],
  ["ready", "readyAt"],
] as const;

/** Of what is deleted no pod comes: what builds or delivers the service is a resource of a different type by then. */
const NO_WORK: readonly string[] = ["same", "delete"];

/** When the engine worked on resources, in seconds since 1970, by type and name: as their URNs end. */
export type WorkTimes = ReadonlyMap<string, readonly [began: number, ended: number]>;

/** Reads from the events of a run when it worked on the resources that timelines show, unless nothing was to do. */
export function workTimes(events: readonly EngineEvent[]): WorkTimes {
  const began = new Map<string, number>();
  const times = new Map<string, readonly [number, number]>();
  for (const { timestamp, resourcePreEvent: before, resOutputsEvent: after } of events) {
    const key = keyOf((before ?? after)?.metadata.urn ?? "");
    if (before !== undefined && !NO_WORK.includes(before.metadata.op) && !began.has(key)) {
      began.set(key, timestamp);
    }
    const start = began.get(key);
    if (after !== undefined && start !== undefined && !times.has(key)) {
      times.set(key, [start, timestamp]);
    }
  }
  return times;
}

/** A URN from the resource's own type on. */
function keyOf(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  return `${types.slice(types.lastIndexOf("$") + 1)}::${name.join("::")}`;
}

/**
 * The parts of one service's release in the order of the chain. The engine's events are exact to a second, pods' times
 * too; what nobody reported is omitted.
 */
export function timelineOf(
  service: string,
  release: Pick<ReleaseRecord, "verdict" | "pods" | "startedAt" | "seconds">,
  work: WorkTimes,
): Span[] {
  const from = Date.parse(release.startedAt);
  const to = from + release.seconds * 1000;
  const pods = release.pods.filter((pod) => isNew(pod, from));
  return [
    ...spanOfLast("build and push", BUILT_TYPES, service, work),
    ...spanOfLast("apply", DELIVERING_TYPES.keys(), service, work),
    ...pods.flatMap(spansOfPod),
    ...(release.verdict === "ready" ? spanOfReady(pods, to) : []),
    span(null, "verdict", from, to),
  ];
}

/** Pods that are ready are not the end: each settles, and the Service and the Ingress follow. */
function spanOfReady(pods: readonly ReleasedPod[], to: number): Span[] {
  const from = Math.max(...pods.map(({ readyAt }) => Date.parse(readyAt ?? "")));
  return Number.isFinite(from) && to - from >= EXACT_MILLISECONDS
    ? [span(null, "pods stay ready", from, to)]
    : [];
}

/** The work on the resource of a service that has one of these types: of several types the last. */
function spanOfLast(
  part: Span["part"],
  types: Iterable<string>,
  name: string,
  work: WorkTimes,
): Span[] {
  const times = [...types].flatMap((type) => {
    const time = work.get(`${type}::${name}`);
    return time === undefined ? [] : [time];
  });
  return times.slice(-1).map(([from, to]) => span(null, part, from * 1000, to * 1000));
}

const CLOCK_MILLISECONDS = 2000;

/** A cluster's times are whole seconds. */
const EXACT_MILLISECONDS = 1000;

/** A pod that was ready before the wait began belongs to an earlier release: this one left it alone. */
function isNew({ readyAt }: ReleasedPod, from: number): boolean {
  return readyAt === null || Date.parse(readyAt) + CLOCK_MILLISECONDS >= from;
}

function spansOfPod(pod: ReleasedPod): Span[] {
  const spans: Span[] = [];
  let from = pod.createdAt;
  for (const [part, field] of STEPS) {
    const to = pod[field];
    if (from === null || to === null) {
      continue;
    }
    // Clocks of a node and of the API server may differ by a second.
    spans.push(span(pod.name, part, Date.parse(from), Math.max(Date.parse(from), Date.parse(to))));
    from = to;
  }
  return spans;
}

function span(pod: string | null, part: Span["part"], from: number, to: number): Span {
  return {
    pod,
    part,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    seconds: Math.round((to - from) / 100) / 10,
  };
}

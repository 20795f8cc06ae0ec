import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import type { ReleasedPod, ReleaseRecord } from "../../contract/release-record.ts";

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

const IMAGE = "docker:index/image:Image";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

/** A pod's steps in their order, with the time that ends each. */
const STEPS = [
  ["schedule", "scheduledAt"],
  ["pull", "pulledAt"],
  ["start", "startedAt"],
  ["ready", "readyAt"],
] as const;

/**
 * The parts of one service's release in the order of the chain. The engine's events are exact to a second, pods' times
 * too; what nobody reported is omitted.
 */
export function timelineOf(
  service: string,
  release: Pick<ReleaseRecord, "verdict" | "pods" | "startedAt" | "seconds">,
  events: readonly EngineEvent[],
): Span[] {
  const from = Date.parse(release.startedAt);
  const to = from + release.seconds * 1000;
  const pods = release.pods.filter((pod) => isNew(pod, from));
  return [
    ...spanOfResource("build and push", IMAGE, service, events),
    ...spanOfResource("apply", DEPLOYMENT, service, events),
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

function spanOfResource(
  part: Span["part"],
  type: string,
  name: string,
  events: readonly EngineEvent[],
): Span[] {
  const isIt = (urn = ""): boolean =>
    urn.endsWith(`$${type}::${name}`) || urn.endsWith(`::${type}::${name}`);
  const began = events.find(({ resourcePreEvent: event }) => isIt(event?.metadata.urn));
  const ended = events.find(({ resOutputsEvent: event }) => isIt(event?.metadata.urn));
  const isSame = began?.resourcePreEvent?.metadata.op === "same";
  if (began === undefined || ended === undefined || isSame) {
    return [];
  }
  return [span(null, part, began.timestamp * 1000, ended.timestamp * 1000)];
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

import type { ContainerEvidence, Evidence, EventEvidence } from "../../contract/evidence.ts";
import { groups } from "../groups.ts";
import { nextCommand } from "./command.ts";
import type { Finding } from "./finding.ts";
import { type ContainerLog, explained, logOf, type LogSource } from "./log-hints.ts";
import { masked } from "../../mask/mask.ts";
import { condition, type ContainerStatus, type Event, nameOf, type Pod, uidOf } from "./objects.ts";
import { isToEnd, unreadyStatuses } from "./pod.ts";
import { complaintsOf } from "./report.ts";
import type { Trail } from "./trail.ts";

/** Pods that are reported one by one; the others mostly repeat them. */
const PODS = 3;

/** What evidence is made from. */
export interface Facts {
  readonly finding: Finding;
  readonly trail: Trail;
  readonly logs: readonly ContainerLog[];
  /** The kubeconfig's context, for the command to run next. */
  readonly context: string;
  /** What else is known, a line each. */
  readonly notes?: readonly string[];
}

/**
 * What is known of something that is not ready, each thing once: what its pods wait for, their last log lines, the
 * Warning events, and the command to run next.
 */
export function evidenceOf({ finding, trail, logs, context, notes = [] }: Facts): Evidence {
  const { suspects, concerned, warnings, target } = trail;
  const shown = suspects.slice(0, PODS);
  const { object, container = null } = finding;
  const { message, hints } = explained({ finding, pods: shown, logs, warnings });
  const containers = shown.flatMap((pod) => containersOf(pod, logs));
  const said = [message.trim(), ...containers.flatMap(complaintsOf)];
  return {
    object,
    container,
    message: message.trim(),
    notes: [...notes, ...hints],
    containers,
    otherPods: suspects.length - shown.length,
    events: eventsOf(warnings, new Set([...concerned, ...shown.map(uidOf)]), said),
    command: nextCommand(finding, target, context),
    cut: null,
  };
}

/** The containers of these pods whose logs belong to the evidence. */
export function logSources(suspects: readonly Pod[]): LogSource[] {
  return suspects.slice(0, PODS).flatMap((pod) =>
    unreadyStatuses(pod)
      .filter(({ state, restartCount }) => state?.waiting === undefined || restartCount > 0)
      .map(({ name, restartCount, state }) => ({
        pod: nameOf(pod),
        container: name,
        previous: restartCount > 0 && state?.terminated === undefined,
      })),
  );
}

function containersOf(pod: Pod, logs: readonly ContainerLog[]): ContainerEvidence[] {
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.status === "False") {
    const { reason = null, message = null } = scheduled;
    return [{ ...NOTHING, pod: nameOf(pod), state: "unscheduled", reason, message }];
  }
  return unreadyStatuses(pod).map((status) => {
    const log = logOf(logs, pod, status.name);
    return {
      ...NOTHING,
      ...stateOf(status),
      ...(isToEnd(pod) && status.state?.running !== undefined && { message: UNENDED }),
      pod: nameOf(pod),
      container: status.name,
      restarts: status.restartCount,
      ...(log && { log: log.lines, previous: log.previous }),
    };
  });
}

const UNENDED = "and has not ended";

const NOTHING = {
  container: null,
  reason: null,
  message: null,
  startedAt: null,
  restarts: 0,
  exitCode: null,
  exitReason: null,
  exitMessage: null,
  log: [],
  previous: false,
} satisfies Partial<ContainerEvidence>;

function stateOf({ state, lastState }: ContainerStatus) {
  const { waiting, running, terminated } = state ?? {};
  const ended = terminated ?? lastState?.terminated;
  return {
    state: terminated ? "terminated" : running ? "running" : "waiting",
    reason: (terminated ?? waiting)?.reason ?? null,
    message: waiting?.message?.trim() ?? null,
    startedAt: running?.startedAt ?? null,
    exitCode: ended?.exitCode ?? null,
    exitReason: ended?.reason ?? null,
    exitMessage: ended?.message === undefined ? null : masked(ended.message.trim()),
  } as const;
}

/** The kubelet's words for a later retry. */
const REPEATED = /^(Back-off|ImagePullBackOff$|ErrImagePull$)/;

/** Each warning once, with the number of times, except what was said already. */
function eventsOf(
  warnings: readonly Event[],
  concerned: ReadonlySet<string>,
  said: readonly string[],
): EventEvidence[] {
  const isNew = (event: EventEvidence) => {
    const cause = anyPod(event).replace(/^Error(?: creating)?: /, "");
    const isSaid = (text: string) => anyPod({ ...event, message: text }).includes(cause);
    return !REPEATED.test(cause) && !said.some(isSaid);
  };
  const events = warnings
    .filter(({ involvedObject: { uid = "" } }) => concerned.has(uid))
    .map(eventOf)
    .filter(isNew);
  const keyOf = (event: EventEvidence) =>
    JSON.stringify([event.object, event.reason, anyPod(event)]);
  return groups(events, keyOf).map((same) => ({
    ...same[0],
    count: same.reduce((sum, { count }) => sum + count, 0),
  }));
}

/** A controller whose pods are refused gives each of them a name of its own at random. */
const AT_RANDOM = /"([a-z0-9.-]{1,253})-[a-z0-9]{5}"/g;

function anyPod({ object, message }: EventEvidence): string {
  return message.replaceAll(AT_RANDOM, (whole: string, maker: string) =>
    object.endsWith(` ${maker}`) ? `"${maker}-*"` : whole,
  );
}

/** What a controller's recorder puts before the last of many events. */
const COMBINED = /^\(combined from similar events\): /;

function eventOf({ involvedObject, reason, message, count, series }: Event): EventEvidence {
  return {
    object: `${(involvedObject.kind ?? "object").toLowerCase()} ${involvedObject.name ?? ""}`,
    reason: reason ?? "",
    message: masked((message ?? "").trim().replace(COMBINED, "")),
    count: count ?? series?.count ?? 1,
  };
}

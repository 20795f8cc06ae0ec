import type { ContainerEvidence, Evidence, EventEvidence } from "../../contract/evidence.ts";
import { nextCommand } from "./command.ts";
import type { Finding } from "./finding.ts";
import { explained } from "./log-hints.ts";
import { masked } from "../../mask/mask.ts";
import { condition, type ContainerStatus, type Event, nameOf, type Pod, uidOf } from "./objects.ts";
import { unreadyStatuses } from "./pod.ts";
import { complaintsOf } from "./report.ts";
import type { Trail } from "./trail.ts";
import type { ContainerLog, LogSource } from "./told-log.ts";

/** Pods that are told of one by one; the others are mostly the same again. */
const PODS = 3;

/** What evidence is put together from. */
export interface Facts {
  readonly finding: Finding;
  readonly trail: Trail;
  readonly logs: readonly ContainerLog[];
  /** The kubeconfig's context, for the command to run next. */
  readonly context: string;
  /** Whatever else is known, a line each. */
  readonly notes?: readonly string[];
}

/**
 * What was found of something that is not ready, each thing said once: what its pods wait for, their last log lines,
 * the Warning events, and the command to run next.
 */
export function evidenceOf({ finding, trail, logs, context, notes = [] }: Facts): Evidence {
  const { suspects, concerned, warnings, target } = trail;
  const told = suspects.slice(0, PODS);
  const { object, container = null } = finding;
  const { message, hints } = explained({ finding, pods: told, logs, warnings });
  const containers = told.flatMap((pod) => containersOf(pod, logs));
  const said = [message.trim(), ...containers.flatMap(complaintsOf)];
  return {
    object,
    container,
    message: message.trim(),
    notes: [...notes, ...hints],
    containers,
    otherPods: suspects.length - told.length,
    events: eventsOf(warnings, new Set([...concerned, ...told.map(uidOf)]), said),
    command: nextCommand(finding, target, context),
    cut: null,
  };
}

/** The containers of these pods whose logs belong into the evidence. */
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
  const scheduled = condition(pod.status?.conditions, "PodScheduled");
  if (scheduled?.status === "False") {
    const { reason = null, message = null } = scheduled;
    return [{ ...NOTHING, pod: nameOf(pod), state: "unscheduled", reason, message }];
  }
  return unreadyStatuses(pod).map((status) => {
    const log = logs.find(
      (candidate) => candidate.pod === nameOf(pod) && candidate.container === status.name,
    );
    return {
      ...NOTHING,
      ...stateOf(status),
      pod: nameOf(pod),
      container: status.name,
      restarts: status.restartCount,
      ...(log && { log: log.lines, previous: log.previous }),
    };
  });
}

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

/** The kubelet's words for doing the same again later. */
const REPEATED = /^(Back-off|ImagePullBackOff$|ErrImagePull$)/;

/** Each warning once, with the number of times; what was said already is not said again. */
function eventsOf(
  warnings: readonly Event[],
  concerned: ReadonlySet<string>,
  said: readonly string[],
): EventEvidence[] {
  const events = new Map<string, EventEvidence>();
  for (const warning of warnings.filter(({ involvedObject: { uid = "" } }) => concerned.has(uid))) {
    const event = eventOf(warning);
    const cause = event.message.replace(/^Error(?: creating)?: /, "");
    if (!REPEATED.test(cause) && !said.some((text) => text.includes(cause))) {
      const key = JSON.stringify([event.object, event.reason, event.message]);
      const count = event.count + (events.get(key)?.count ?? 0);
      events.set(key, { ...event, count });
    }
  }
  return [...events.values()];
}

function eventOf({ involvedObject, reason, message, count, series }: Event): EventEvidence {
  return {
    object: `${(involvedObject.kind ?? "object").toLowerCase()} ${involvedObject.name ?? ""}`,
    reason: reason ?? "",
    message: masked(message?.trim() ?? ""),
    count: count ?? series?.count ?? 1,
  };
}

import type { ContainerEvidence, Evidence, EventEvidence } from "../../contract/evidence";
import type { ReadinessInputs } from "../../contract/readiness";
import { nextCommand } from "./command";
import { newReplicaSet, podsOf } from "./deployment";
import type { Finding } from "./finding";
import { explained } from "./log-hints";
import { masked } from "../mask/mask";
import {
  condition,
  type ContainerStatus,
  type Event,
  nameOf,
  type Observed,
  type Pod,
  uidOf,
} from "./objects";
import { isReady, statusesOf, unreadyStatuses } from "./pod";
import { complaintsOf } from "./report";
import type { ContainerLog, LogSource } from "./told-log";

/** Pods that are told of one by one; the others are mostly the same again. */
const PODS = 3;

/** What a verdict was made from, and what was gathered for it. */
export interface Facts {
  readonly release: ReadinessInputs;
  readonly finding: Finding;
  readonly observed: Observed;
  readonly logs: readonly ContainerLog[];
  /** The kubeconfig's context, for the command to run next. */
  readonly context: string;
  /** Whatever else is known, a line each. */
  readonly notes?: readonly string[];
}

/**
 * What was found of a release that is not ready: what its pods wait for, their last log lines, the Warning events,
 * and the command to run next.
 */
export function evidenceOf(facts: Facts): Evidence {
  const { release, finding, observed, logs, context, notes = [] } = facts;
  const suspects = suspectsOf(observed, finding);
  const owners = [observed.deployment, newReplicaSet(observed)];
  const concerned = owners.flatMap((object) => (object ? [uidOf(object)] : []));
  const command = nextCommand({ release, finding, context, suspect: suspects[0] });
  const { warnings } = observed;
  return gathered({ finding, suspects, concerned, warnings, logs, notes, command });
}

/** What evidence is put together from, whatever kind of object it is about. */
export interface Gathering {
  readonly finding: Finding;
  /** Pods that are not as they should be, those in the deepest trouble first. */
  readonly suspects: readonly Pod[];
  /** Uids of the objects, beside the pods, whose events belong to it. */
  readonly concerned: readonly string[];
  readonly warnings: readonly Event[];
  readonly logs: readonly ContainerLog[];
  readonly notes: readonly string[];
  readonly command: string;
}

/** Evidence, with each thing said once. */
export function gathered(gathering: Gathering): Evidence {
  const { finding, suspects, concerned, warnings, logs, notes, command } = gathering;
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
    command,
    cut: null,
  };
}

/** The containers whose logs belong into the evidence. */
export function logSources(observed: Observed, finding: Finding): LogSource[] {
  return logSourcesOf(suspectsOf(observed, finding));
}

/** The containers of these pods whose logs belong into the evidence. */
export function logSourcesOf(suspects: readonly Pod[]): LogSource[] {
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

/** The release's pods that are not ready: the one that the verdict is about, then those in the deepest trouble. */
function suspectsOf(observed: Observed, { object }: Finding): Pod[] {
  const replicaSet = newReplicaSet(observed);
  const pods = replicaSet === undefined ? [] : podsOf(replicaSet, observed.pods);
  const rank = (pod: Pod) => (object === `pod ${nameOf(pod)}` ? Infinity : restarts(pod));
  return pods.filter((pod) => !isReady(pod)).sort((one, other) => rank(other) - rank(one));
}

function restarts(pod: Pod): number {
  return statusesOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0);
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

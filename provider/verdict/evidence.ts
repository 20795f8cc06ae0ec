import type { ReadinessInputs } from "../../contract";
import { newReplicaSet, podsOf } from "./deployment";
import type { Finding } from "./finding";
import { type Event, nameOf, type Observed, type Pod, uidOf } from "./objects";
import { complaintsOf, isReady, statusesOf, unreadyStatuses } from "./pod";

/** Pods that are told of one by one; the others are mostly the same again. */
const PODS = 3;

/** The last lines of one container's log. */
export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  /** Whether these are of the container before its last restart. */
  readonly previous: boolean;
  /** The lines, or why there are none. */
  readonly lines: readonly string[];
}

/** A container whose log tells why the release is not ready. */
export type LogSource = Omit<ContainerLog, "lines">;

/** What was found, and how to look further. */
export interface Report {
  readonly release: ReadinessInputs;
  readonly finding: Finding;
  /** How long the wait took; undefined where nothing was waited for. */
  readonly seconds: number | undefined;
  readonly observed: Observed;
  readonly logs: readonly ContainerLog[];
  /** The kubeconfig's context, for the command to run next. */
  readonly context: string;
  /** Whatever else is known, a line each. */
  readonly notes?: readonly string[];
}

/**
 * A failed verdict in words: the reason, what the pods wait for, their last log lines, the Warning events,
 * and the command to run next.
 */
export function evidence(report: Report): string {
  const { release, finding, seconds, observed, logs, notes = [] } = report;
  const suspects = suspectsOf(observed, finding);
  const told = suspects.slice(0, PODS);
  const { reason, object, container } = finding;
  const where = container === undefined ? object : `${object}, container ${container}`;
  const after = seconds === undefined ? "" : ` after ${Math.round(seconds)} s`;
  const said = [
    `${release.service}: ${reason}${after}: ${finding.message.trim()} (${where})`,
    ...notes,
    ...complaintLines(told, finding),
    ...(suspects.length > PODS
      ? [`and ${suspects.length - PODS} more pods that are not ready`]
      : []),
    ...logs.flatMap(logLines),
  ];
  return [...said, ...warningLines(observed, told, said), `next: ${nextCommand(report)}`].join(
    "\n",
  );
}

/** The containers whose logs belong into the evidence. */
export function logSources(observed: Observed, finding: Finding): LogSource[] {
  return suspectsOf(observed, finding)
    .slice(0, PODS)
    .flatMap((pod) =>
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

/** Each complaint once, with the pods that have it; what the first line said already is not said again. */
function complaintLines(pods: readonly Pod[], { message }: Finding): string[] {
  const complaints = new Map<string, string[]>();
  for (const pod of pods) {
    for (const complaint of complaintsOf(pod)) {
      const text = complaint.replaceAll(nameOf(pod), "<pod>").replaceAll(uidOf(pod), "<uid>");
      const isSaid = complaint.endsWith(message);
      complaints.set(text, [...(complaints.get(text) ?? []), ...(isSaid ? [] : [nameOf(pod)])]);
    }
  }
  return [...complaints]
    .filter(([, names]) => names.length > 0)
    .map(([text, names]) => `pod${names.length > 1 ? "s" : ""} ${names.join(", ")}: ${text}`);
}

function logLines({ pod, container, previous, lines }: ContainerLog): string[] {
  if (lines.length === 0) {
    return [];
  }
  const which = previous ? " before its last restart" : "";
  return [
    `log of pod ${pod}, container ${container}${which}, last ${lines.length} lines:`,
    ...lines.map((line) => `  ${line}`),
  ];
}

/** The kubelet's words for doing the same again later. */
const REPEATED = /^(Back-off|ImagePullBackOff$|ErrImagePull$)/;

/** Each warning once, with the number of times; what was said already is not said again. */
function warningLines(observed: Observed, told: readonly Pod[], said: readonly string[]): string[] {
  const replicaSet = newReplicaSet(observed);
  const concerned = new Set([
    ...[observed.deployment, replicaSet].flatMap((object) => (object ? [uidOf(object)] : [])),
    ...told.map(uidOf),
  ]);
  const counts = new Map<string, number>();
  for (const event of observed.warnings) {
    const message = event.message?.replace(/^Error(?: creating)?: /, "").trim() ?? "";
    if (
      concerned.has(event.involvedObject.uid ?? "") &&
      !REPEATED.test(message) &&
      !said.some((line) => line.includes(message))
    ) {
      const line = warningLine(event);
      counts.set(line, (counts.get(line) ?? 0) + (event.count ?? event.series?.count ?? 1));
    }
  }
  return [...counts].map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
}

function warningLine({ involvedObject, reason, message }: Event): string {
  const object = (involvedObject.kind ?? "object").toLowerCase();
  return `warning ${reason ?? ""} (${object} ${involvedObject.name ?? ""}): ${message?.trim() ?? ""}`;
}

function nextCommand({ release, finding, observed, context }: Report): string {
  const kubectl = `kubectl --context ${context}`;
  const within = `${kubectl} --namespace ${release.namespace}`;
  switch (finding.reason) {
    case "deployment-missing":
      return `${within} get deployments,events`;
    case "superseded":
      return `${within} rollout history deployment ${release.deployment.name}`;
    case "namespace-missing":
    case "namespace-terminating":
      return `${kubectl} describe namespace ${release.namespace}`;
    case "cluster-unreachable":
      return `${kubectl} get --raw /readyz`;
    case "forbidden":
      return `${within} auth can-i --list`;
    default: {
      // A Deployment only counts; its pods tell why.
      const [suspect] = suspectsOf(observed, finding);
      const byPod = finding.object.startsWith("deployment ") && suspect !== undefined;
      return `${within} describe ${byPod ? `pod ${nameOf(suspect)}` : finding.object}`;
    }
  }
}

import type { ContainerEvidence, Evidence, EventEvidence } from "../../contract/evidence.ts";
import { isTrouble } from "./pod.ts";

/** What evidence is about. */
export interface Headline {
  readonly service: string;
  readonly reason: string;
  /** How long the wait took; undefined if there was none. */
  readonly seconds: number | undefined;
}

/**
 * Evidence in words: the reason, what the pods wait for, their last log lines, the Warning events,
 * and the command to run next.
 */
export function reportOn({ service, reason, seconds }: Headline, evidence: Evidence): string {
  const { object, container, message, notes, containers, otherPods, events, command } = evidence;
  const where = container === null ? object : `${object}, container ${container}`;
  const after = seconds === undefined ? "" : ` after ${Math.round(seconds)} s`;
  return [
    `${service}: ${reason}${after}: ${message} (${where})`,
    ...notes,
    ...complaintLines(containers, message),
    ...(otherPods > 0 ? [`and ${otherPods} more pods that are not ready`] : []),
    ...containers.flatMap(logLines),
    ...events.map(eventLine),
    `next: ${command}`,
  ].join("\n");
}

/** What delays a container, a line each: why it waits or is not ready, and how it ended last. */
export function complaintsOf(evidence: ContainerEvidence): string[] {
  const { container, state, reason, message, startedAt } = evidence;
  const { exitCode, exitReason, exitMessage, restarts } = evidence;
  if (state === "unscheduled") {
    return [withMessage(reason ?? "not scheduled", message)];
  }
  const lines: string[] = [];
  if (state === "waiting" && isTrouble(reason ?? undefined)) {
    lines.push(withMessage(reason ?? "waiting", message));
  }
  if (exitCode !== null) {
    const again = restarts > 0 ? `, ${restarts} restarts` : "";
    lines.push(withMessage(`${exitReason ?? "ended"}, exit code ${exitCode}${again}`, exitMessage));
  }
  if (state === "running") {
    lines.push(`runs since ${startedAt ?? "a moment"} ${message ?? "but is not ready"}`);
  }
  return lines.map((line) => `container ${container ?? ""}: ${line}`);
}

const UID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Each complaint once, with the pods that have it, except what the first line said already. */
function complaintLines(containers: readonly ContainerEvidence[], message: string): string[] {
  const complaints = new Map<string, string[]>();
  for (const container of containers) {
    for (const complaint of complaintsOf(container)) {
      const text = complaint.replaceAll(container.pod, "<pod>").replaceAll(UID, "<uid>");
      const isSaid = complaint.endsWith(message);
      complaints.set(text, [...(complaints.get(text) ?? []), ...(isSaid ? [] : [container.pod])]);
    }
  }
  return [...complaints]
    .filter(([, names]) => names.length > 0)
    .map(([text, names]) => `pod${names.length > 1 ? "s" : ""} ${names.join(", ")}: ${text}`);
}

function logLines({ pod, container, previous, log }: ContainerEvidence): string[] {
  if (log.length === 0) {
    return [];
  }
  const which = previous ? " before its last restart" : "";
  return [
    `log of pod ${pod}, container ${container ?? ""}${which}, last ${log.length} lines:`,
    ...log.map((line) => `  ${line}`),
  ];
}

function eventLine({ object, reason, message, count }: EventEvidence): string {
  const line = `warning ${reason} (${object}): ${message}`;
  return count > 1 ? `${line} (${count} times)` : line;
}

function withMessage(reason: string, message: string | null): string {
  return message ? `${reason}: ${message}` : reason;
}

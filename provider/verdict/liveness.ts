import type { Finding } from "./finding.ts";
import { condition, type Pod } from "./objects.ts";
import { type Answer, answersOf } from "./probe-answers.ts";
import { isGivenUp } from "./probe-kill.ts";
import { finding, isInit, type Subject } from "./subject.ts";

/** For how long after its time a report of the kubelet may come. */
const REPORT_SECONDS = 3;

/**
 * A container that the kubelet restarts for what its liveness probe is answered, whether or not it is ready. Answers that
 * waiting may change are judged when it has been killed for them, because the next run may give better ones.
 */
export function judgeLiveness(subject: Subject): Finding | undefined {
  const { status, patience } = subject;
  const answer = presentAnswer(subject);
  const { restarts = 0 } = patience.tolerate ?? {};
  if (answer === undefined || !isGivenUp(subject, answer) || status.restartCount < restarts) {
    return undefined;
  }
  return finding(
    subject,
    "killed-by-liveness",
    `${answer.words}; the kubelet restarts it for that`,
  );
}

/**
 * A ready container whose liveness probe has just failed: whether it is restarted is known at the next answer. There is
 * no report of a success, so that the failure is over when nothing has been said for longer than a period.
 */
export function awaitsLiveness(subject: Subject): Finding | undefined {
  const answer = presentAnswer(subject);
  if (answer === undefined || subject.clusterTime === undefined) {
    return undefined;
  }
  // A moment later than the report is too old: the clocks differ by parts of a second.
  const tolerance = reportedFor(subject) + REPORT_SECONDS;
  const phase = `alive ${subject.status.restartCount} ${answer.at}`;
  return finding(subject, "not-ready", answer.words, { phase, tolerance });
}

/** The last answer to the liveness probe, if it is a present failure that waiting can hardly change. */
function presentAnswer(subject: Subject): Answer | undefined {
  const { clusterTime = NaN, status, container } = subject;
  const startedAt = Date.parse(status.state?.running?.startedAt ?? "");
  if (
    status.state?.running === undefined ||
    container.livenessProbe === undefined ||
    isInit(subject)
  ) {
    return undefined;
  }
  const [latest] = answersOf(subject, ["Liveness"]);
  const isPast = latest !== undefined && clusterTime - latest.at >= reportedFor(subject) * 1000;
  if (latest === undefined || isPast || !isFinal(subject, latest)) {
    return undefined;
  }
  // Reports on an earlier run are counted on.
  return latest.firstAt < startedAt ? { ...latest, firstAt: startedAt } : latest;
}

/** Nobody listens: what a process says, too, that starts; not one that is ready. */
function isFinal({ container, pod, status }: Subject, { says, at }: Answer): boolean {
  const { startupProbe, readinessProbe } = container;
  const isServing = status.ready && readinessProbe !== undefined && at >= readySince(pod);
  return says === "no" || (says === "nobody" && (startupProbe !== undefined || isServing));
}

function readySince(pod: Pod): number {
  return Date.parse(condition(pod, "Ready")?.lastTransitionTime ?? "");
}

/** Seconds for which a report is the latest if the next answer is the same. */
function reportedFor({ container }: Subject): number {
  const { periodSeconds = 10, timeoutSeconds = 1 } = container.livenessProbe ?? {};
  return periodSeconds + timeoutSeconds + REPORT_SECONDS;
}

import type { ContainerStatus } from "./objects.ts";
import {
  type Answer,
  answersOf,
  type Probe,
  type ProbeKind,
  probeOf,
  targetOf,
} from "./probe-answers.ts";
import type { JudgedContainer } from "./judged-container.ts";

/** How long after its probe's last failure a container may have ended for the probe to be the cause. */
const KILL_SECONDS = 5;

/** The kubelet reports what it does in events, and late if it has much to report. */
const REPORT_SECONDS = 2;

/** Times of containers are whole seconds: less than this may have been nothing. */
const SHORTEST_RUN_SECONDS = 2;

/** Exit codes of a container that the kubelet ended: by itself on SIGTERM, by SIGTERM, by SIGKILL. */
const KILLED: readonly number[] = [0, 143, 137];

/** The probes for which the kubelet kills. */
const KINDS = ["Liveness", "Startup"] as const;

type Run = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

/** Why the kubelet killed a container. */
export interface Kill {
  readonly message: string;
  /** Whether the answers of the next run can hardly be better. */
  readonly isFinal: boolean;
  readonly tolerance?: number;
}

/**
 * Why the kubelet killed a container, in its own words, or by its probes' times if it has not reported it yet.
 * @returns undefined for a container that ended by itself
 */
export function killOf(judged: JudgedContainer, run: Run): Kill | undefined {
  const seconds = lengthOf(run);
  const isKilled = KILLED.includes(run.exitCode);
  const [said] = answersOf(judged, KINDS, { from: run.startedAt, to: run.finishedAt });
  const shortest = Math.min(...KINDS.map((kind) => earliestOf(probeOf(judged, kind))));
  // Failures are reported from the first on, also of a process that ends by itself long before they are enough.
  if (said !== undefined && (isKilled ? seconds >= shortest : isGivenUp(judged, said))) {
    return { message: said.words, isFinal: said.says === "no" };
  }
  const kind = KINDS.find(
    (candidate) => isKilled && isKill(run, seconds, probeOf(judged, candidate)),
  );
  return (
    kind && {
      message: `it ran for ${seconds} s, which is when its ${described(judged, kind)} gives up`,
      isFinal: false,
      tolerance: REPORT_SECONDS,
    }
  );
}

/**
 * Whether an answer was given for as long as its probe accepts it, and each time. One report is on all equal failures of
 * an hour, whatever succeeded between them.
 */
export function isGivenUp(judged: JudgedContainer, { kind, firstAt, at, count }: Answer): boolean {
  const { periodSeconds = 10, failureThreshold = 3 } = probeOf(judged, kind) ?? {};
  const slack = Math.min(1, periodSeconds / 2);
  const seconds = (at - firstAt) / 1000;
  // Of the answers of that time, one may be without a report.
  const least = Math.max(failureThreshold, Math.floor((seconds + slack) / periodSeconds));
  return seconds >= periodSeconds * (failureThreshold - 1) - slack && !((count ?? least) < least);
}

/** Seconds until a probe gives up. */
export function windowOf(probe: Probe | undefined): number {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe ?? {};
  return probe === undefined ? 0 : initialDelaySeconds + periodSeconds * failureThreshold;
}

/** Seconds in which a probe that succeeds again is noticed, and reported; the API server fills in how often it asks. */
export function answerSeconds({ periodSeconds, ...probe }: Probe = {}): number {
  const { timeoutSeconds = 1, successThreshold = 1 } = probe;
  return periodSeconds === undefined
    ? 0
    : periodSeconds * successThreshold + timeoutSeconds + REPORT_SECONDS;
}

/** A probe by its kind, with what it asks for. */
export function described(judged: JudgedContainer, kind: ProbeKind): string {
  return `${kind.toLowerCase()} probe${targetOf(probeOf(judged, kind))}`;
}

/** Only the kubelet sends signals; of a process that ends well on SIGTERM only the time shows it. */
function isKill({ exitCode }: Run, seconds: number, probe: Probe | undefined): boolean {
  const latest = windowOf(probe) + (probe?.periodSeconds ?? 10) + KILL_SECONDS;
  return (
    seconds >= Math.max(earliestOf(probe), SHORTEST_RUN_SECONDS) &&
    (exitCode !== 0 || seconds <= latest)
  );
}

function lengthOf({ startedAt, finishedAt }: Run): number {
  const milliseconds = Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "");
  return Number.isNaN(milliseconds) ? 0 : Math.round(milliseconds / 1000);
}

/** The least seconds that a container has run when a probe has it killed; infinite without a probe. */
function earliestOf(probe: Probe | undefined): number {
  return probe === undefined ? Infinity : windowOf(probe) - (probe.periodSeconds ?? 10);
}

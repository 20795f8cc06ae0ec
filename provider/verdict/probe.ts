import { VERDICT } from "../../contract/verdict.ts";
import { eventsAbout } from "./event.ts";
import type { Finding } from "./finding.ts";
import { type Container, type ContainerStatus, uidOf } from "./objects.ts";
import { AT_DEADLINE } from "./reasons.ts";
import { finding, isInit, type Subject } from "./subject.ts";

/** Even the shortest probe gets this long before its answers count. */
const PROBE_SECONDS = 10;

/** How long after its probe's last failure a container may have ended for the probe to be the cause. */
const KILL_SECONDS = 5;

/** The kubelet reports what it does in events, and late if it has much to report. */
const REPORT_SECONDS = 2;

/** Times of containers are whole seconds: less than this may have been nothing. */
const SHORTEST_RUN_SECONDS = 2;

/** A container's probes, by the kubelet's word for each. */
const PROBES = {
  Liveness: "livenessProbe",
  Readiness: "readinessProbe",
  Startup: "startupProbe",
} as const satisfies Record<string, keyof Container>;

type Kind = keyof typeof PROBES;
type Probe = NonNullable<Container["readinessProbe"]>;
type Run = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

/** What an answer says: come back later. */
const NOT_YET =
  /statuscode: (429|503)\b|timeout|timed out|deadline exceeded|i\/o timeout|code = DeadlineExceeded/i;

/** What says that nobody listens; it counts only for a container that has answered before. */
const NOBODY = /connection refused|connection reset|no route to host|\bEOF\b/i;

/**
 * A container that runs and says that it is not ready. Until its startup probe has passed it is starting, and its
 * deadline is the rollout's. After that the answers decide: one that says that nothing is here, that it is not allowed or
 * that it is broken counts after the readiness probe's own time. One that says "not yet" gets time to warm up, and so
 * does a container that has no answer yet: the kubelet's reports may be late.
 */
export function judgeProbe(subject: Subject): Finding | undefined {
  const { status } = subject;
  if (status.state?.running === undefined || isInit(subject)) {
    return undefined;
  }
  const isStarted = status.started === true;
  const phase = `${isStarted ? "started" : "starting"} ${status.restartCount}`;
  const { startupProbe, readinessProbe } = subject.container;
  const asked = !isStarted && startupProbe !== undefined ? "Startup" : "Readiness";
  const said = lastFailure(subject, isStarted ? ["Readiness"] : ["Startup", "Readiness"]);
  const words = said ?? `runs, but its ${described(subject, asked)} has not passed`;
  if (!isStarted) {
    return finding(subject, "not-ready", words, { phase, tolerance: AT_DEADLINE });
  }
  if (isBroken(subject)) {
    const tolerance = Math.max(windowOf(readinessProbe), PROBE_SECONDS);
    return finding(subject, "not-ready", words, { phase, tolerance });
  }
  const { warmupSeconds = VERDICT.warmupSeconds.default, deadlineSeconds } = subject.patience;
  const tolerance = Math.min(warmupSeconds, deadlineSeconds);
  const message = `${words}; a service that needs longer than ${tolerance} s to warm up says so by warmupSeconds`;
  return finding(subject, "not-ready", message, { phase, tolerance });
}

/** Whether the readiness probe's answers can only get better by another release. */
function isBroken(subject: Subject): boolean {
  const answers = failuresOf(subject, ["Readiness"]);
  // Without a startup probe a container counts as started before it listens.
  const isStarting = subject.container.startupProbe === undefined;
  return (
    answers.length > 0 &&
    !answers.some((answer) => NOT_YET.test(answer)) &&
    !(isStarting && answers.some((answer) => NOBODY.test(answer)))
  );
}

/**
 * Why the kubelet killed a container, in its own words, or by its probes' times if it has not reported it yet.
 * @returns undefined for a container that ended by itself
 */
export function killOf(
  subject: Subject,
  run: Run,
): { message: string; tolerance?: number } | undefined {
  const { container } = subject;
  const seconds = lengthOf(run);
  const kinds = ["Liveness", "Startup"] as const;
  const said = lastFailure(subject, kinds);
  const shortest = Math.min(...kinds.map((kind) => earliestOf(container[PROBES[kind]])));
  // Failures are reported from the first on, also of a process that ends by itself long before they are enough.
  if (said !== undefined && seconds >= shortest) {
    return { message: said };
  }
  const kind = kinds.find((candidate) => isKill(run, seconds, container[PROBES[candidate]]));
  return (
    kind && {
      message: `it ran for ${seconds} s, which is when its ${described(subject, kind)} gives up`,
      tolerance: REPORT_SECONDS,
    }
  );
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

/** Seconds until a probe gives up. */
function windowOf(probe: Probe | undefined): number {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe ?? {};
  return probe === undefined ? 0 : initialDelaySeconds + periodSeconds * failureThreshold;
}

/** The latest failure of a probe in the kubelet's words, with what the probe asks for. */
function lastFailure(subject: Subject, kinds: readonly Kind[]): string | undefined {
  const [said] = failuresOf(subject, kinds);
  const kind = kinds.find((candidate) => said?.startsWith(candidate));
  return kind && said && said.trim() + targetOf(subject.container[PROBES[kind]]);
}

/** The kubelet's reports on probes of this container, the latest first. */
function failuresOf({ pod, container, warnings }: Subject, kinds: readonly Kind[]): string[] {
  return eventsAbout(uidOf(pod), ["Unhealthy"], warnings)
    .filter(({ involvedObject }) => involvedObject.fieldPath?.includes(`{${container.name}}`))
    .map(({ message = "" }) => message)
    .filter((message) => kinds.some((kind) => message.startsWith(kind)));
}

function described({ container }: Subject, kind: Kind): string {
  return `${kind.toLowerCase()} probe${targetOf(container[PROBES[kind]])}`;
}

/** What a probe asks for, in brackets; empty if it does not say. */
function targetOf({ httpGet, tcpSocket, grpc, exec }: Probe = {}): string {
  if (httpGet !== undefined) {
    return ` (GET ${httpGet.path ?? "/"} on port ${String(httpGet.port)})`;
  }
  if (tcpSocket !== undefined) {
    return ` (a connection to port ${String(tcpSocket.port)})`;
  }
  if (grpc !== undefined) {
    return ` (a gRPC health check on port ${grpc.port})`;
  }
  return exec?.command === undefined ? "" : ` (${exec.command.join(" ")})`;
}

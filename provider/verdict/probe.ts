import { VERDICT } from "../../contract/verdict.ts";
import { timeOf } from "./event.ts";
import type { Finding } from "./finding.ts";
import { type Container, type ContainerStatus, type Event, type Pod, uidOf } from "./objects.ts";
import { AT_DEADLINE } from "./reasons.ts";
import { finding, isInit, type Subject } from "./subject.ts";

/** Even the shortest probe gets this long before its answers are held against a container. */
const PROBE_SECONDS = 10;

/** How much later than its probe's last failure a container may have ended for the probe to be taken for the cause. */
const KILL_SECONDS = 5;

/** The kubelet tells what it does by events, and tells it late where it has much to tell. */
const REPORT_SECONDS = 2;

/** Times of containers are whole seconds: less than this may have been nothing. */
const SHORTEST_RUN_SECONDS = 2;

/** A container's probes. */
type Kind = "Liveness" | "Readiness" | "Startup";
type Probe = NonNullable<Container["readinessProbe"]>;
type Run = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

/** What an answer says: come back later. */
const NOT_YET =
  /statuscode: (429|503)\b|timeout|timed out|deadline exceeded|i\/o timeout|code = DeadlineExceeded/i;

/** What says that nobody listens; only a container that has answered before is held to it. */
const NOBODY = /connection refused|connection reset|no route to host|\bEOF\b/i;

/**
 * A container that runs and says that it is not ready. Until its startup probe has passed it is starting, and its
 * deadline is the rollout's. After that the answers decide: one that says that nothing is here, that it is not allowed or
 * that it is broken is believed after the readiness probe's own time. One that says "not yet" is given time to warm up,
 * and so is one that nothing is known of: the kubelet's reports may be late.
 */
export function judgeProbe(subject: Subject): Finding | undefined {
  const { status } = subject;
  if (status.state?.running === undefined || isInit(subject)) {
    return undefined;
  }
  const isStarted = status.started === true;
  const phase = `${isStarted ? "started" : "starting"} ${status.restartCount}`;
  const asked = judged(subject.container, isStarted);
  const said = lastFailure(subject, isStarted ? ["Readiness"] : ["Startup", "Readiness"]);
  const words = said ?? `runs, but its ${asked} has not passed`;
  if (!isStarted) {
    return finding(subject, "not-ready", words, { phase, tolerance: AT_DEADLINE });
  }
  if (isBroken(subject)) {
    const tolerance = Math.max(windowOf(subject.container.readinessProbe), PROBE_SECONDS);
    return finding(subject, "not-ready", words, { phase, tolerance });
  }
  const { warmupSeconds = VERDICT.warmupSeconds.default, deadlineSeconds } = subject.patience;
  const tolerance = Math.min(warmupSeconds, deadlineSeconds);
  const message = `${words}; a service that needs longer than ${tolerance} s to warm up says so by warmupSeconds`;
  return finding(subject, "not-ready", message, { phase, tolerance });
}

/** Whether the readiness probe's answers can only get better by another release. */
function isBroken(subject: Subject): boolean {
  const answers = failuresOf(subject, ["Readiness"]).map(({ message = "" }) => message);
  // Without a startup probe a container counts as started before it listens.
  const isStarting = subject.container.startupProbe === undefined;
  return (
    answers.length > 0 &&
    !answers.some((answer) => NOT_YET.test(answer)) &&
    !(isStarting && answers.some((answer) => NOBODY.test(answer)))
  );
}

/**
 * Why the kubelet killed a container, in its own words, or as its probes' times tell where it has not reported it yet.
 * @returns undefined for a container that ended by itself
 */
export function killOf(
  subject: Subject,
  run: Run,
): { message: string; tolerance?: number } | undefined {
  const seconds = lengthOf(run);
  const { livenessProbe, startupProbe } = subject.container;
  const said = lastFailure(subject, ["Liveness", "Startup"]);
  const shortest = Math.min(...[livenessProbe, startupProbe].map(earliestOf));
  // Failures are told from the first on, also of a process that ends by itself long before they are enough.
  if (said !== undefined && seconds >= shortest) {
    return { message: said };
  }
  const probe = [
    { kind: "liveness", probe: livenessProbe },
    { kind: "startup", probe: startupProbe },
  ].find(({ probe }) => probe !== undefined && isKill(run, seconds, probe));
  if (probe?.probe === undefined) {
    return undefined;
  }
  const message = `it ran for ${seconds} s, which is when its ${described(probe.kind, probe.probe)} gives up`;
  return { message, tolerance: REPORT_SECONDS };
}

/** Nobody but the kubelet sends signals; a process that ends well on SIGTERM is told by the time only. */
function isKill({ exitCode }: Run, seconds: number, probe: Probe): boolean {
  const latest = windowOf(probe) + (probe.periodSeconds ?? 10) + KILL_SECONDS;
  return (
    seconds >= Math.max(earliestOf(probe), SHORTEST_RUN_SECONDS) &&
    (exitCode !== 0 || seconds <= latest)
  );
}

function lengthOf({ startedAt, finishedAt }: Run): number {
  const milliseconds = Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "");
  return Number.isNaN(milliseconds) ? 0 : Math.round(milliseconds / 1000);
}

/** Seconds that a container has run for at least when a probe has it killed; infinite without a probe. */
function earliestOf(probe: Probe | undefined): number {
  return probe === undefined ? Infinity : windowOf(probe) - (probe.periodSeconds ?? 10);
}

/** Seconds that a probe takes to give up. */
function windowOf(probe: Probe | undefined): number {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe ?? {};
  return probe === undefined ? 0 : initialDelaySeconds + periodSeconds * failureThreshold;
}

/** The latest failure of a probe in the kubelet's words, with what the probe asks for. */
function lastFailure(subject: Subject, kinds: readonly Kind[]): string | undefined {
  const [last] = failuresOf(subject, kinds);
  if (last?.message === undefined) {
    return undefined;
  }
  const kind = kinds.find((candidate) => last.message?.startsWith(candidate));
  const probe = kind && probeOf(subject.container, kind);
  const asked = probe && targetOf(probe);
  return `${last.message.trim()}${asked === undefined ? "" : ` (${asked})`}`;
}

/** The kubelet's reports on probes of this container, the latest first. */
function failuresOf(
  { pod, container, warnings }: Pick<Subject, "container" | "warnings"> & { readonly pod: Pod },
  kinds: readonly Kind[],
): Event[] {
  return warnings
    .filter(
      ({ involvedObject, reason, message }) =>
        involvedObject.uid === uidOf(pod) &&
        involvedObject.fieldPath?.includes(`{${container.name}}`) === true &&
        reason === "Unhealthy" &&
        kinds.some((kind) => message?.startsWith(kind)),
    )
    .sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
}

function judged(container: Container, isStarted: boolean): string {
  const { startupProbe, readinessProbe } = container;
  const [kind, probe] =
    !isStarted && startupProbe !== undefined
      ? (["startup", startupProbe] as const)
      : (["readiness", readinessProbe] as const);
  return described(kind, probe);
}

function described(kind: string, probe: Probe | undefined): string {
  const target = probe && targetOf(probe);
  return `${kind} probe${target === undefined ? "" : ` (${target})`}`;
}

function targetOf({ httpGet, tcpSocket, grpc, exec }: Probe): string | undefined {
  if (httpGet !== undefined) {
    return `GET ${httpGet.path ?? "/"} on port ${String(httpGet.port)}`;
  }
  if (tcpSocket !== undefined) {
    return `a connection to port ${String(tcpSocket.port)}`;
  }
  if (grpc !== undefined) {
    return `a gRPC health check on port ${grpc.port}`;
  }
  return exec?.command === undefined ? undefined : exec.command.join(" ");
}

function probeOf(container: Container, kind: Kind): Probe | undefined {
  switch (kind) {
    case "Liveness":
      return container.livenessProbe;
    case "Startup":
      return container.startupProbe;
    default:
      return container.readinessProbe;
  }
}

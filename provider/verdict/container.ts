import type { Finding } from "./finding";
import { lastCause, pullFailure } from "./image-pull";
import {
  type Container,
  type ContainerStatus,
  type Event,
  nameOf,
  type Pod,
  uidOf,
} from "./objects";
import { AT_DEADLINE, AT_ONCE, type Reason } from "./reasons";

/** A service may end once while what it needs is coming up; a second time it is a loop. */
const TOLERATED_CRASHES = 1;

/** Even the shortest probe gets this long before its answers are held against a container. */
const PROBE_SECONDS = 10;

/** Exit codes of a container that the kubelet ended: by itself on SIGTERM, by SIGTERM, by SIGKILL. */
const KILLED: readonly number[] = [0, 143, 137];

/** How a container takes part in its pod. */
export type Role = "init" | "main";

/** A container of a pod with its status and the Warning events about the pod. */
export interface Subject {
  readonly pod: Pod;
  readonly container: Container;
  readonly status: ContainerStatus;
  readonly role: Role;
  readonly warnings: readonly Event[];
}

/** What stands between a container and ready, undefined where nothing but time does. */
export function judgeContainer(subject: Subject): Finding | undefined {
  const { status, role } = subject;
  if (status.ready || (role === "init" && status.state?.terminated?.exitCode === 0)) {
    return undefined;
  }
  return (
    judgePull(subject) ?? judgeCreation(subject) ?? judgeCrashes(subject) ?? judgeProbe(subject)
  );
}

function judgePull(subject: Subject): Finding | undefined {
  const { reason, message } = subject.status.state?.waiting ?? {};
  const failure = pullFailure(reason, message);
  const { image = "" } = subject.container;
  switch (failure) {
    case undefined:
      return undefined;
    case "image-not-found":
      return finding(subject, failure, `the registry does not have ${image}`);
    case "image-unauthorized":
      return finding(subject, failure, `the registry does not give ${image} to the node`);
    default:
      return finding(subject, failure, `${image} cannot be pulled: ${lastCause(message)}`);
  }
}

function judgeCreation(subject: Subject): Finding | undefined {
  const { reason, message = "" } = subject.status.state?.waiting ?? {};
  if (reason !== "CreateContainerConfigError" && reason !== "CreateContainerError") {
    return undefined;
  }
  if (isMissingConfig(message)) {
    return finding(subject, "config-missing", message);
  }
  return finding(subject, "container-invalid", message || reason, creationTolerance(message));
}

function creationTolerance(message: string): number | undefined {
  if (/non-root/.test(message)) {
    return AT_ONCE;
  }
  // The kubelet's own cache comes a moment after the pod.
  return /failed to sync|timed out/.test(message) ? AT_DEADLINE : undefined;
}

/** Whether a message of the kubelet names a Secret, a ConfigMap or a key that is not there. */
export function isMissingConfig(message: string): boolean {
  return /(secret|configmap) "[^"]+" not found|couldn't find key|non-existent (secret|config) key/i.test(
    message,
  );
}

function judgeCrashes(subject: Subject): Finding | undefined {
  const { status, container } = subject;
  const isDown =
    status.state?.terminated !== undefined || status.state?.waiting?.reason === "CrashLoopBackOff";
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  const crashes = status.restartCount + (isDown ? 1 : 0);
  if (ended === undefined || crashes <= TOLERATED_CRASHES) {
    return undefined;
  }
  const times = `${crashes} times`;
  if (ended.reason === "OOMKilled") {
    const limit = container.resources?.limits?.["memory"];
    const above =
      limit === undefined ? "for want of memory" : `for using more than its ${limit} of memory`;
    return finding(subject, "out-of-memory", `killed ${above}, ${times}`);
  }
  const failed = KILLED.includes(ended.exitCode)
    ? lastProbeFailure(subject, ["Liveness", "Startup"])
    : undefined;
  if (failed !== undefined) {
    return finding(subject, "killed-by-liveness", `killed ${times}: ${failed}`);
  }
  const words = ended.message?.trim() ? `: ${ended.message.trim()}` : "";
  const message = `ended ${times}, last with exit code ${ended.exitCode} (${ended.reason ?? "no reason"})${words}`;
  return finding(subject, isInit(subject) ? "init-failed" : "crash-loop", message);
}

/**
 * A container that runs and says that it is not ready. Its own probes say how long it may: for the startup probe's
 * whole time, or the readiness probe's. One that does not even answer is still starting.
 */
function judgeProbe(subject: Subject): Finding | undefined {
  const { status, container } = subject;
  if (status.state?.running === undefined || isInit(subject)) {
    return undefined;
  }
  const failed = lastProbeFailure(subject, ["Readiness", "Startup"]);
  const answers = status.started === true && failed !== undefined && /statuscode/.test(failed);
  const allowed = Math.max(
    windowOf(container.readinessProbe),
    windowOf(container.startupProbe),
    PROBE_SECONDS,
  );
  const message = failed ?? "runs, but is not ready";
  return finding(subject, "not-ready", message, answers ? allowed : AT_DEADLINE);
}

function windowOf(probe: Container["readinessProbe"]): number {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe ?? {};
  return probe === undefined ? 0 : initialDelaySeconds + periodSeconds * failureThreshold;
}

/** The latest failure of a probe in the kubelet's words, with what the probe asks for. */
function lastProbeFailure(
  { pod, container, warnings }: Subject,
  kinds: readonly ("Liveness" | "Readiness" | "Startup")[],
): string | undefined {
  const [last] = warnings
    .filter(({ involvedObject, reason, message }) => {
      const own =
        involvedObject.uid === uidOf(pod) &&
        involvedObject.fieldPath?.includes(`{${container.name}}`);
      return (
        own === true && reason === "Unhealthy" && kinds.some((kind) => message?.startsWith(kind))
      );
    })
    .sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
  if (last?.message === undefined) {
    return undefined;
  }
  const kind = kinds.find((candidate) => last.message?.startsWith(candidate)) ?? "";
  const { path, port } = probeOf(container, kind)?.httpGet ?? {};
  const asked = port === undefined ? "" : ` (GET ${path ?? "/"} on port ${port})`;
  return `${last.message.trim()}${asked}`;
}

function probeOf(container: Container, kind: string): Container["readinessProbe"] {
  switch (kind) {
    case "Liveness":
      return container.livenessProbe;
    case "Startup":
      return container.startupProbe;
    default:
      return container.readinessProbe;
  }
}

function timeOf({ lastTimestamp, eventTime, metadata }: Event): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** A sidecar is declared among the init containers, and runs as long as the main ones. */
function isInit({ role, container }: Subject): boolean {
  return role === "init" && container.restartPolicy !== "Always";
}

function finding(
  { pod, container }: Subject,
  reason: Reason,
  message: string,
  tolerance?: number,
): Finding {
  const bornAt = pod.metadata?.creationTimestamp;
  return {
    reason,
    object: `pod ${nameOf(pod)}`,
    container: container.name,
    message,
    ...(tolerance !== undefined && { tolerance }),
    ...(bornAt !== undefined && { bornAt }),
  };
}

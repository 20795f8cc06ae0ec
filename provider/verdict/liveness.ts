import type { Doubt, Finding } from "./finding.ts";
import { condition, type Container, type Pod } from "./objects.ts";
import { type Answer, answersOf, type Probe } from "./probe-answers.ts";
import { described, isGivenUp } from "./probe-kill.ts";
import { finding, isInit, type JudgedContainer } from "./judged-container.ts";

/** For how long after its time a report of the kubelet may come. */
const REPORT_SECONDS = 3;

/** A liveness probe that asks later than this after the start is not waited for, in milliseconds. */
const MOST = 30_000;

/**
 * A container that the kubelet restarts for what its liveness probe is answered, whether or not it is ready. Answers that
 * waiting may change are judged when it has been killed for them, because the next run may give better ones.
 */
export function judgeLiveness(judged: JudgedContainer): Finding | undefined {
  const { status, patience } = judged;
  const answer = presentAnswer(judged);
  const { restarts = 0 } = patience.tolerate ?? {};
  if (answer === undefined || !isGivenUp(judged, answer) || status.restartCount < restarts) {
    return undefined;
  }
  return finding(judged, "killed-by-liveness", `${answer.words}; the kubelet restarts it for that`);
}

/**
 * Whether a ready container may yet turn out to be one that the kubelet restarts. There is no report of a success, so
 * that a failure is over when nothing more is said for a period; and what asks for something else than the probes that
 * have made the container ready is proved when it could have failed.
 */
export function doubtLiveness(judged: JudgedContainer): Doubt | undefined {
  const { clusterTime, container, pod, status } = judged;
  const { livenessProbe: probe } = container;
  if (clusterTime === undefined || probe === undefined || status.state?.running === undefined) {
    return undefined;
  }
  const isAskedAlready = isProved(container);
  // Only the program knows what a command says, so that none of its answers is final: one that nothing else has run is waited for.
  const isOwnWord = probe.exec !== undefined || probe.grpc !== undefined;
  const failed = isOwnWord && !isAskedAlready ? latestAnswer(judged) : presentAnswer(judged);
  const { initialDelaySeconds = 0 } = probe;
  const startedAt = Date.parse(status.state.running.startedAt ?? "");
  const askedAt = Math.max(startedAt + initialDelaySeconds * 1000, readySince(pod));
  const until = (failed?.at ?? askedAt) + reportedFor(judged) * 1000;
  const isDue = failed !== undefined || (!isAskedAlready && until - startedAt <= MOST);
  const words = failed?.words ?? `its ${described(judged, "Liveness")} is yet to be answered`;
  return isDue && until > clusterTime ? { text: words, until } : undefined;
}

/** Whether the probes that a ready container has passed ask the same as its liveness probe, or more. */
function isProved(container: Container): boolean {
  const { livenessProbe = {}, readinessProbe, startupProbe } = container;
  const asked = questionOf(container, livenessProbe);
  const port = portOf(container, livenessProbe);
  const isConnection = livenessProbe.tcpSocket !== undefined;
  return [readinessProbe, startupProbe].some(
    (probe) =>
      probe !== undefined &&
      (questionOf(container, probe) === asked ||
        // Who answers on a port accepts connections there.
        (isConnection && portOf(container, probe) === port)),
  );
}

function questionOf(container: Container, probe: Probe): string {
  const { httpGet, tcpSocket, grpc, exec } = probe;
  const { path = "/", scheme = "HTTP", host, httpHeaders = [] } = httpGet ?? {};
  const port = portOf(container, probe);
  return JSON.stringify([
    httpGet && [path, port, scheme, host, httpHeaders],
    tcpSocket && port,
    grpc,
    exec,
  ]);
}

/** The number of the port that a probe asks, by whichever name. */
function portOf({ ports = [] }: Container, { httpGet, tcpSocket, grpc }: Probe) {
  const asked = (httpGet ?? tcpSocket ?? grpc)?.port;
  return ports.find(({ name }) => name !== undefined && name === asked)?.containerPort ?? asked;
}

/** The last answer to the liveness probe, if it is a present failure that waiting can hardly change. */
function presentAnswer(judged: JudgedContainer): Answer | undefined {
  const latest = latestAnswer(judged);
  return latest !== undefined && isFinal(judged, latest) ? latest : undefined;
}

/** The last answer to the liveness probe, if it is a present failure. */
function latestAnswer(judged: JudgedContainer): Answer | undefined {
  const { clusterTime = NaN, status, container } = judged;
  const startedAt = Date.parse(status.state?.running?.startedAt ?? "");
  if (
    status.state?.running === undefined ||
    container.livenessProbe === undefined ||
    isInit(judged)
  ) {
    return undefined;
  }
  const [latest] = answersOf(judged, ["Liveness"]);
  if (latest === undefined || clusterTime - latest.at >= reportedFor(judged) * 1000) {
    return undefined;
  }
  // Reports on an earlier run are counted on.
  const asked = startedAt + (container.livenessProbe.initialDelaySeconds ?? 0) * 1000;
  return latest.firstAt < startedAt ? { ...latest, firstAt: asked } : latest;
}

/** Nobody listens: what a process says, too, that starts; not one that is ready. */
function isFinal({ container, pod, status }: JudgedContainer, { says, at }: Answer): boolean {
  const { startupProbe, readinessProbe } = container;
  const isServing = status.ready && readinessProbe !== undefined && at >= readySince(pod);
  return says === "no" || (says === "nobody" && (startupProbe !== undefined || isServing));
}

function readySince(pod: Pod): number {
  return Date.parse(condition(pod, "Ready")?.lastTransitionTime ?? "");
}

/** Seconds for which a report is the latest if the next answer is the same. */
function reportedFor({ container }: JudgedContainer): number {
  const { periodSeconds = 10, timeoutSeconds = 1 } = container.livenessProbe ?? {};
  return periodSeconds + timeoutSeconds + REPORT_SECONDS;
}

import { eventsAbout, isAboutContainer, timeOf } from "./event.ts";
import { type Container, type Event, uidOf } from "./objects.ts";
import type { JudgedContainer } from "./judged-container.ts";

/** A container's probes, by the kubelet's word for each. */
const PROBES = {
  Liveness: "livenessProbe",
  Readiness: "readinessProbe",
  Startup: "startupProbe",
} as const satisfies Record<string, keyof Container>;

/** The kubelet's word for a probe. */
export type ProbeKind = keyof typeof PROBES;

/** How a container is asked. */
export type Probe = NonNullable<Container["readinessProbe"]>;

/** What a container answered to one of its probes, by the kubelet's word. */
export interface Answer {
  readonly kind: ProbeKind;
  /** The kubelet's words, with what the probe asks for. */
  readonly words: string;
  /**
   * What follows from it: come back later; nobody listens, which is what a process says that starts, too; or that
   * nothing is here, that it is not allowed or that it is broken, which waiting can hardly change.
   */
  readonly says: "not yet" | "nobody" | "no";
  /** When it was first given, in milliseconds since 1970 by the kubelet's clock; `NaN` if the report does not say. */
  readonly firstAt: number;
  /** When it was given last. */
  readonly at: number;
  /** How often it was given, as far as the report says: with other answers in between, too. */
  readonly count: number | undefined;
}

/** A time between two moments, ISO 8601. */
export interface Span {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The kubelet puts it before reports that differ only a little, in the port of a connection, say. */
const COMBINED = /^\(combined from similar events\): /;

const FAILED = /\b(Liveness|Readiness|Startup) probe failed: /;

/** What a gateway or a server says that is about to serve, and what an answer is that does not come. */
const NOT_YET =
  /statuscode: (?:408|425|429|50[234])\b|service unhealthy|timeout|timed out|deadline exceeded|code = DeadlineExceeded/i;

const NOBODY = /connection refused|connection reset|no route to host|\bEOF\b/i;

/** What a runtime says that cannot start a probe's command: then the words are not the command's. */
const NOT_STARTED =
  /\b(?:errored\b|unable to start container process)[^]{0,2048}?(?:no such file or directory|executable file not found|permission denied)/;

/** The probe of a kind, if the container has one. */
export function probeOf(
  { container }: Pick<JudgedContainer, "container">,
  kind: ProbeKind,
): Probe | undefined {
  return container[PROBES[kind]];
}

/** The probe that a finding's message is about, if it is the kubelet's on one that failed. */
export function failedProbe(container: Container, message: string): Probe | undefined {
  const [, kind] = FAILED.exec(message) ?? [];
  return kind === undefined ? undefined : probeOf({ container }, kind as ProbeKind);
}

/**
 * How a container failed its probes, by the kubelet's reports, the latest first. The kubelet reports no success, and
 * after some twenty reports on a pod next to nothing.
 * @param span the time of the answers; the container's present run if omitted
 */
export function answersOf(
  judged: JudgedContainer,
  kinds: readonly ProbeKind[],
  { from, to }: Span = { from: judged.status.state?.running?.startedAt },
): Answer[] {
  const { pod, container, warnings } = judged;
  return eventsAbout(uidOf(pod), ["Unhealthy"], warnings)
    .filter((event) => isAboutContainer(event, container.name))
    .flatMap((event) => answerOf(judged, kinds, event))
    .filter(
      ({ at, firstAt }) => !(at < Date.parse(from ?? "")) && !(firstAt > Date.parse(to ?? "")),
    );
}

/** What a probe asks for, in brackets; empty if it does not say. */
export function targetOf({ httpGet, tcpSocket, grpc, exec }: Probe = {}): string {
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

function answerOf(judged: JudgedContainer, kinds: readonly ProbeKind[], event: Event): Answer[] {
  const message = (event.message ?? "").replace(COMBINED, "").trim();
  const kind = kinds.find((candidate) => message.startsWith(candidate));
  if (kind === undefined) {
    return [];
  }
  const probe = probeOf(judged, kind);
  const at = Date.parse(timeOf(event));
  const firstAt = Date.parse(event.firstTimestamp ?? event.eventTime ?? timeOf(event));
  const count = event.count ?? event.series?.count;
  const words = message + targetOf(probe);
  return [{ kind, words, says: saying(message, probe), firstAt, at, count }];
}

/** A command's words are its own: it may say in any of them that something is not ready yet. */
function saying(message: string, probe: Probe | undefined): Answer["says"] {
  const words = message.replaceAll(/"[^"]{0,2048}"/g, "");
  if (probe?.exec !== undefined) {
    return NOT_STARTED.test(words) ? "no" : "not yet";
  }
  if (NOT_YET.test(words)) {
    return "not yet";
  }
  return NOBODY.test(words) ? "nobody" : "no";
}

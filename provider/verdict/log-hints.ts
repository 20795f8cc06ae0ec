import type { Finding } from "./finding.ts";
import { type Container, type Event, nameOf, type Pod, uidOf } from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** The last lines of one container's log. */
export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  /** Whether these are of the container before its last restart. */
  readonly previous: boolean;
  /** The lines, or why there are none. */
  readonly lines: readonly string[];
  /**
   * The architecture of the pod's node, if the lines call for it.
   * @default - not needed, or not readable
   */
  readonly architecture?: string;
}

/** A container whose log says why the release is not ready. */
export type LogSource = Omit<ContainerLog, "lines" | "architecture">;

/** What a finding is read together with. */
interface Surroundings {
  readonly finding: Finding;
  readonly pods: readonly Pod[];
  readonly logs: readonly ContainerLog[];
  readonly warnings: readonly Event[];
}

const CRASHES: ReadonlySet<Reason> = new Set(["crash-loop", "init-failed"]);
const PROBED: ReadonlySet<Reason> = new Set([
  "not-ready",
  "killed-by-liveness",
  "progress-deadline",
]);

/** What the kernel says of a program that is not of its architecture, and of a script that does not say who runs it. */
const FORMAT = /exec format error|cannot execute binary file/i;

const REFUSED = /connection refused/i;

/**
 * A finding in the words of its cause, if the container's log or its runtime shows that.
 * @returns the finding's message, and hints to add to it, a line each
 */
export function explained({ finding, pods, logs, warnings }: Surroundings): {
  readonly message: string;
  readonly hints: readonly string[];
} {
  const { reason, message } = finding;
  const pod = pods.find((candidate) => finding.object === `pod ${nameOf(candidate)}`) ?? pods[0];
  const { containers: main = [], initContainers = [] } = pod?.spec ?? {};
  const containers = [...main, ...initContainers];
  const name = finding.container ?? containers[0]?.name ?? "";
  const log = pod && logOf(logs, pod, name);
  const lines = log?.lines ?? [];
  if (CRASHES.has(reason) && [message, lines.at(-1) ?? ""].some(isFormat)) {
    return { message: `${formatWords(lines.at(-1) ?? "", log)}: ${message}`, hints: [] };
  }
  const container = containers.find((candidate) => candidate.name === name);
  const said = warnings.filter(({ involvedObject }) => pod && involvedObject.uid === uidOf(pod));
  const refusal = [message, ...said.map(({ message = "" }) => message)].find((text) =>
    REFUSED.test(text),
  );
  const isProbed = PROBED.has(reason) && container !== undefined;
  const listens =
    isProbed && refusal !== undefined ? listenHints(lines, probedPorts(container), refusal) : [];
  const inUse = isProbed || CRASHES.has(reason) ? inUseHints(lines, container, containers) : [];
  return { message, hints: [...listens, ...inUse] };
}

/** The log of a pod's container, undefined if it was not read. */
export function logOf(
  logs: readonly ContainerLog[],
  pod: Pod,
  container: string,
): ContainerLog | undefined {
  return logs.find((log) => log.pod === nameOf(pod) && log.container === container);
}

/** Whether a text says that a program could not be run by this kernel. */
export function isFormat(text: string): boolean {
  return FORMAT.test(text);
}

function formatWords(line: string, log: ContainerLog | undefined): string {
  const node = log?.architecture === undefined ? "" : ` (${log.architecture})`;
  const script = /\.(?:sh|bash|py|js|rb|pl)\b/.test(line)
    ? ", or it is a script without a #! line"
    : "";
  return `exec format error: the image's program is built for another architecture than the node's${node}${script}`;
}

/** Verbs of servers that say where they listen. */
const LISTENS =
  /\b(?:listen(?:s|ing)?|running|serv(?:es|ing)|started|bound|available|accepting connections|local:)(?![\w-])/i;

/** Words of lines about somebody else's address, or about another of the process's own. */
const OTHERS =
  /\b(?:connect(?:ed|ing|s)?|dial(?:ing)?|upstream|proxy|proxying|forward(?:ing)?|client|database|metrics|prometheus|telemetry|actuator|management (?:server|port|endpoints?|interface)|debug(?:ger)?|dt_socket|jdwp|jmx|admin|pprof|inspector|fail(?:ed|ure)?|error|refused|retry(?:ing)?|already in use)\b/i;

/** In JSON a name's closing quote stands before each number: only an address has a quote at its beginning. */
const ADDRESS =
  /(?:^|[\s/@=(]|(?<!\w)["'])(127(?:\.\d{1,3}){3}|localhost|\[[\da-f:]{2,39}\]|::|0\.0\.0\.0|\*)?:(\d{2,5})(?![\d.:])/i;
const PORT = /\bport(?:\(s\))?(?: is)?["':= ]{1,4}(\d{2,5})\b/i;

interface Listener {
  readonly line: string;
  readonly host: string | undefined;
  readonly port: number;
}

const IN_USE =
  /\beaddrinuse\b|(?:address|port(?: \d{2,5})?) (?:is |was )?already (?:in use|used)|address in use/i;

/** Of a port that somebody else of the pod has: all containers of a pod share its ports. */
function inUseHints(
  lines: readonly string[],
  container: Container | undefined,
  containers: readonly Container[],
): string[] {
  const line = lines.findLast((candidate) => IN_USE.test(candidate));
  if (line === undefined || container === undefined) {
    return [];
  }
  const probed = probedPorts(container);
  const other = containers.find(
    ({ name, ports = [] }) =>
      name !== container.name && ports.some(({ containerPort }) => probed.has(containerPort)),
  );
  const who =
    other === undefined ? "another process or container of the pod" : `container ${other.name}`;
  return [`its log says that a port is in use; ${who} may answer there instead: ${line.trim()}`];
}

function listenHints(
  lines: readonly string[],
  ports: ReadonlySet<number>,
  refusal: string,
): string[] {
  const listeners = lines.flatMap(listenerOf);
  const own = listeners.filter(({ port }) => ports.has(port));
  const [last] = own.length > 0 ? own : listeners;
  if (last === undefined || ports.size === 0) {
    return [];
  }
  const { line, host = "", port } = last;
  const says = "its log says that it listens on";
  if (own.length === 0) {
    const probed = [...ports].join(" and ");
    return [`${says} port ${port}, and its probes ask port ${probed}: ${line}`];
  }
  if (own.every(({ host }) => isLoopback(host))) {
    return [
      `${says} ${host} only, where neither a probe nor a Service reaches it; let it listen on 0.0.0.0: ${line}`,
    ];
  }
  const isIpv4 = /dial tcp \d{1,3}\./.test(refusal);
  return isIpv4 && own.every(({ host }) => host?.includes("::") === true)
    ? [`${says} ${host}, which may be IPv6 only, and its probes ask by IPv4: ${line}`]
    : [];
}

/**
 * Whether a container's log says that it listens, but where its probes do not reach it.
 * @param refusal what the kubelet says of the probe that was refused
 */
export function saysElsewhere(
  lines: readonly string[],
  container: Container,
  refusal: string,
): boolean {
  return listenHints(lines, probedPorts(container), refusal).length > 0;
}

function listenerOf(line: string): Listener[] {
  if (!LISTENS.test(line) || OTHERS.test(line)) {
    return [];
  }
  const [, host, port = PORT.exec(line)?.[1]] = ADDRESS.exec(line) ?? [];
  return port === undefined ? [] : [{ line: line.trim(), host, port: Number(port) }];
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.|localhost$|\[::1\]$)/i.test(host);
}

/** The ports that the kubelet asks of a container. */
function probedPorts(container: Container): ReadonlySet<number> {
  const { readinessProbe, livenessProbe, startupProbe, ports = [] } = container;
  const probed = [readinessProbe, livenessProbe, startupProbe].map(
    (probe) => (probe?.httpGet ?? probe?.tcpSocket ?? probe?.grpc)?.port,
  );
  return new Set(
    probed
      .filter((port) => port !== undefined)
      .map((port) => ports.find(({ name }) => name === port)?.containerPort ?? Number(port))
      .filter((port) => !Number.isNaN(port)),
  );
}

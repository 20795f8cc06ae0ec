import type { ContainerLog } from "./told-log.ts";
import type { Finding } from "./finding.ts";
import { type Container, type Event, nameOf, type Pod, uidOf } from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** What a finding is read together with. */
interface Surroundings {
  readonly finding: Finding;
  readonly pods: readonly Pod[];
  readonly logs: readonly ContainerLog[];
  readonly warnings: readonly Event[];
}

/** What is said first of a finding, and what beside it, a line each. */
interface Explanation {
  readonly message: string;
  readonly hints: readonly string[];
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

/** A finding in the words of its cause where the container's log or its runtime tells it. */
export function explained({ finding, pods, logs, warnings }: Surroundings): Explanation {
  const pod = pods.find((candidate) => finding.object === `pod ${nameOf(candidate)}`) ?? pods[0];
  const name = finding.container ?? pod?.spec?.containers[0]?.name;
  const log = logs.find(
    ({ pod: of, container }) => pod !== undefined && of === nameOf(pod) && container === name,
  );
  const lines = log?.lines ?? [];
  if (CRASHES.has(finding.reason) && [finding.message, lines.at(-1) ?? ""].some(isFormat)) {
    return { message: `${formatWords(lines.at(-1) ?? "", log)}: ${finding.message}`, hints: [] };
  }
  const container = pod?.spec?.containers.find((candidate) => candidate.name === name);
  const refusal = [
    finding.message,
    ...warnings
      .filter(({ involvedObject }) => pod !== undefined && involvedObject.uid === uidOf(pod))
      .map(({ message = "" }) => message),
  ].find((text) => REFUSED.test(text));
  const isProbed = PROBED.has(finding.reason) && container !== undefined && refusal !== undefined;
  return {
    message: finding.message,
    hints: isProbed ? listenHints(lines, probedPorts(container), refusal) : [],
  };
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

/** Verbs of servers that tell where they listen. */
const LISTENS =
  /\b(?:listen(?:s|ing)?|running|serv(?:es|ing)|started|bound|available|accepting connections|local:)(?![\w-])/i;

/** Words of lines about somebody else's address, or about another of the process's own. */
const OTHERS =
  /\b(?:connect(?:ed|ing|s)?|dial(?:ing)?|upstream|proxy|proxying|forward(?:ing)?|client|database|metrics|debug(?:ger)?|admin|pprof|inspector|fail(?:ed|ure)?|error|refused|retry(?:ing)?|already in use)\b/i;

const ADDRESS =
  /(?:^|[\s/@=("'])(127(?:\.\d{1,3}){3}|localhost|\[[\da-f:]{2,39}\]|::|0\.0\.0\.0|\*)?:(\d{2,5})(?![\d.:])/i;
const PORT = /\bport(?:\(s\))?(?: is)?[:= ]{1,3}(\d{2,5})\b/i;

interface Listener {
  readonly line: string;
  readonly host: string | undefined;
  readonly port: number;
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
  if (own.length === 0) {
    const asked = [...ports].join(" and ");
    return [
      `its log says that it listens on port ${last.port}, and its probes ask port ${asked}: ${last.line}`,
    ];
  }
  if (own.every(({ host }) => isLoopback(host))) {
    return [
      `its log says that it listens on ${last.host ?? ""} only, where neither a probe nor a Service reaches it; let it listen on 0.0.0.0: ${last.line}`,
    ];
  }
  const isIpv4 = /dial tcp \d{1,3}\./.test(refusal);
  return isIpv4 && own.every(({ host }) => host?.includes("::") === true)
    ? [
        `its log says that it listens on ${last.host ?? ""}, which may be IPv6 only, and its probes ask by IPv4: ${last.line}`,
      ]
    : [];
}

function listenerOf(line: string): Listener[] {
  if (!LISTENS.test(line) || OTHERS.test(line)) {
    return [];
  }
  const [, host, port] = ADDRESS.exec(line) ?? [];
  if (port !== undefined) {
    return [{ line: line.trim(), host, port: Number(port) }];
  }
  const [, bare] = PORT.exec(line) ?? [];
  return bare === undefined ? [] : [{ line: line.trim(), host: undefined, port: Number(bare) }];
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.|localhost$|\[::1\]$)/i.test(host);
}

/** The ports that the kubelet asks of a container. */
function probedPorts(container: Container): ReadonlySet<number> {
  const { readinessProbe, livenessProbe, startupProbe, ports = [] } = container;
  const asked = [readinessProbe, livenessProbe, startupProbe].flatMap((probe) => {
    const port = (probe?.httpGet ?? probe?.tcpSocket ?? probe?.grpc)?.port;
    return port === undefined ? [] : [port];
  });
  return new Set(
    asked
      .map((port) => ports.find(({ name }) => name === port)?.containerPort ?? Number(port))
      .filter((port) => !Number.isNaN(port)),
  );
}

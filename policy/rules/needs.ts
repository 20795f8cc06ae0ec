import { literal, quoted, together } from "./cel.ts";
import {
  ADDED,
  CHANGING,
  hostsOf,
  OF_NODE,
  OF_SYSTEM,
  OTHER_VOLUME,
  type Pods,
  SELINUX,
  seLinuxOptionsOf,
  sysctlsOf,
  unconfinedBy,
  UNDROPPED,
  UNSAFE,
  type Word,
} from "./loose.ts";

const NAME = '"container " + c.?name.orValue("without a name")';

/** Volumes of other machines that are not named by where they are: only their kind is said. */
const REMOTE = ["iscsi", "rbd", "cephfs", "glusterfs", "fc", "flexVolume", "gitRepo"];

/**
 * Of the words that pods may need for more than one thing: what needs it, each of it once, as an expression for a list of strings. So
 * another one is told from those that were there before.
 */
export function severalNeeds({ pod, containers }: Pods): Readonly<Partial<Record<Word, string>>> {
  const capabilities = (which: string) =>
    ofEach(containers, `${ADDED}.filter(a, ${which})`, `"capability " + ${quoted("d")}`);
  const changing = capabilities(`a in ${literal(CHANGING)}`);
  const ports = `c.?ports.orValue([]).filter(p, ${OF_NODE})`;
  const options = `${seLinuxOptionsOf(pod)}.filter(o, !${SELINUX})`;
  return {
    capabilities: `${containers}.filter(c, ${UNDROPPED}).map(c, ${NAME}) + ${changing}`,
    "system-capabilities": capabilities(OF_SYSTEM),
    "host-ports": ofEach(containers, ports, HOST_PORT),
    unconfined: ofEach(containers, confinement(pod), "d"),
    selinux: ofEach(containers, options, OPTIONS),
    sysctls: `${sysctlsOf(pod)}.filter(s, ${UNSAFE}).map(s, "its pods: sysctl " + ${quoted("s.name")} + " of " + ${quoted("s.value")})`,
    "probe-hosts": ofEach(containers, hostsOf("c"), `"a probe of " + ${quoted("d")}`),
    "host-path": ofNode(pod, containers),
    "other-volumes": `${pod}.?volumes.orValue([]).filter(v, ${OTHER_VOLUME}).map(v, "volume " + v.name + ${WHERE})`,
  };
}

/** With its container, each of a list of `c`, as an expression of `d` says it. Lists of lists become one by a line between each two. */
function ofEach(containers: string, list: string, said: string): string {
  const lines = `${list}.map(d, ${NAME} + ": " + ${said}).join("\\n")`;
  return `${containers}.map(c, ${lines}).join("\\n").split("\\n").filter(f, f != "")`;
}

const HOST_PORT =
  '"host port " + (d.?hostIP.orValue("") == "" ? "" : d.hostIP + ":") + string(d.hostPort) + "/" + d.?protocol.orValue("TCP")';

function confinement(pod: string): string {
  const ways = Object.entries(unconfinedBy(pod));
  return `(${together(ways.map(([name, is]) => `(${is} ? [${literal(name)}] : [])`))})`;
}

const field = (name: string) => quoted(`d.?${name}.orValue("")`);
const OPTIONS = `"seLinuxOptions of type " + ${field("type")} + ", user " + ${field("user")} + ", role " + ${field("role")}`;

/** Folders of a node, and what containers do with them. */
function ofNode(pod: string, containers: string): string {
  const volumes = `${pod}.?volumes.orValue([]).filter(v, has(v.hostPath))`;
  const mounts = (which: string) =>
    `c.?volumeMounts.orValue([]).filter(m, ${which}${volumes}.exists(v, v.name == m.name))`;
  return together([
    `${volumes}.map(v, "volume " + v.name + " of " + ${quoted("v.hostPath.path")})`,
    ofEach(containers, mounts(""), '"volume " + d.name'),
    ofEach(containers, mounts("!m.?readOnly.orValue(false) && "), '"to write to volume " + d.name'),
  ]);
}

const WHERE = `(has(v.nfs) ? " of nfs " + ${quoted('v.nfs.server + ":" + v.nfs.path')} : "")${REMOTE.map((kind) => ` + (has(v.${kind}) ? " of ${kind}" : "")`).join("")}`;

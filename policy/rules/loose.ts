import {
  BASELINE_CAPABILITIES,
  RESTRICTED_VOLUMES,
  SAFE_SYSCTLS,
  SELINUX_TYPES,
} from "../../contract/pod-security.ts";
import { literal } from "./cel.ts";

/** Where an expression finds the spec of pods, and all containers of it that run on their own. */
export interface Pods {
  readonly pod: string;
  readonly containers: string;
}

const LOW_PORTS = "NET_BIND_SERVICE";
/** Capabilities of the level `baseline` that a word of their own permits. */
export const CHANGING = BASELINE_CAPABILITIES.filter((name) => name !== LOW_PORTS);

/** A field of the security context of the container `c`. */
const own = (path: string, otherwise: string) => `c.?securityContext.${path}.orValue(${otherwise})`;
const ofPod = (pod: string, path: string, otherwise: string) =>
  `${pod}.?securityContext.${path}.orValue(${otherwise})`;
const either = (pod: string, path: string, otherwise: string) =>
  own(path, ofPod(pod, path, otherwise));
const PRIVILEGED = own("?privileged", "false");
/** The capabilities that the container `c` adds, as a list. */
export const ADDED = own("?capabilities.?add", "[]");
/** Whether the capability `a` is beyond the level `baseline`. */
export const OF_SYSTEM = `!(a in ${literal(BASELINE_CAPABILITIES)})`;
/** Whether the port `p` is one of the node. */
export const OF_NODE = "p.?hostPort.orValue(0) != 0";
/** Whether the sysctl `s` reaches beyond its pod. */
export const UNSAFE = `!(s.name in ${literal(SAFE_SYSCTLS)})`;
/** Whether the SELinux options `o` are some that the level `baseline` admits. */
export const SELINUX = `(o.?type.orValue("") in ${literal(SELINUX_TYPES)} && o.?user.orValue("") == "" && o.?role.orValue("") == "")`;

/** Whether the container `c` keeps capabilities that the runtime gives it. */
export const UNDROPPED = `(!${PRIVILEGED} && !("ALL" in ${own("?capabilities.?drop", "[]")}))`;

/** By which field the container `c` has no confinement of its runtime's. */
export function unconfinedBy(pod: string) {
  return {
    seccompProfile: `!(${either(pod, "?seccompProfile.?type", '""')} in ["RuntimeDefault", "Localhost"])`,
    appArmorProfile: `${either(pod, "?appArmorProfile.?type", '""')} == "Unconfined"`,
    procMount: `${own("?procMount", '"Default"')} != "Default"`,
  } as const;
}

/** The SELinux options of the container `c` and of its pod, as a list. */
export function seLinuxOptionsOf(pod: string): string {
  return `[${own("?seLinuxOptions", "{}")}, ${ofPod(pod, "?seLinuxOptions", "{}")}]`;
}

/** The sysctls of a pod, as a list. */
export function sysctlsOf(pod: string): string {
  return ofPod(pod, "?sysctls", "[]");
}

/** A word of the setting `allow`, as far as pods show that they need it. */
export type Word = keyof ReturnType<typeof wordsOf>;

/** Whether pods do what a word permits, by that word, as an expression. */
export function wordsOf(pods: Pods) {
  return { ...loosenessOf(pods), ...reachOf(pods) };
}

/**
 * Whether pods do what a word of the setting `allow` permits, by that word, as an expression. Lanes and the policy of a namespace are made
 * of these.
 */
export function loosenessOf({ pod, containers }: Pods) {
  const some = (demand: string) => `${containers}.exists(c, ${demand})`;
  const inPod = (field: string) => `${pod}.?${field}.orValue(false)`;
  return {
    "writable-root": some(`!${own("?readOnlyRootFilesystem", "false")}`),
    "low-ports": some(`${literal(LOW_PORTS)} in ${ADDED}`),
    root: some(
      `!${either(pod, "?runAsNonRoot", "false")} || ${either(pod, "?runAsUser", "-1")} == 0`,
    ),
    "privilege-escalation": some(`!${PRIVILEGED} && ${own("?allowPrivilegeEscalation", "true")}`),
    capabilities: some(`${UNDROPPED} || ${ADDED}.exists(a, a in ${literal(CHANGING)})`),
    "host-network": inPod("hostNetwork"),
    "host-pid": inPod("hostPID"),
    "host-ipc": inPod("hostIPC"),
    "host-ports": some(`c.?ports.orValue([]).exists(p, ${OF_NODE})`),
    "system-capabilities": some(`${ADDED}.exists(a, ${OF_SYSTEM})`),
    unconfined: some(Object.values(unconfinedBy(pod)).join(" || ")),
    selinux: some(`!${seLinuxOptionsOf(pod)}.all(o, ${SELINUX})`),
    sysctls: `${sysctlsOf(pod)}.exists(s, ${UNSAFE})`,
    privileged: some(`${PRIVILEGED} || ${either(pod, "?windowsOptions.?hostProcess", "false")}`),
  } as const;
}

/** Whether the volume `v` is of a kind that no word but `other-volumes` permits. */
export const OTHER_VOLUME = `!(${[...RESTRICTED_VOLUMES, "hostPath"].map((kind) => `has(v.${kind})`).join(" || ")})`;

/** The same of volumes, tokens and probes: of these the lanes know more, such as whose they are. */
export function reachOf({ pod, containers }: Pods) {
  const volumes = `${pod}.?volumes.orValue([])`;
  return {
    token: `${pod}.?automountServiceAccountToken.orValue(true)`,
    "host-path": `${volumes}.exists(v, has(v.hostPath))`,
    "other-volumes": `${volumes}.exists(v, ${OTHER_VOLUME})`,
    "probe-hosts": `${containers}.exists(c, ${hostsOf("c")}.size() > 0)`,
  } as const;
}

/**
 * The hosts that a container's probes and lifecycle hooks name, as a list. Each is a connection that the kubelet makes, past every
 * NetworkPolicy.
 */
export function hostsOf(container: string): string {
  const handlers = [
    "?livenessProbe",
    "?readinessProbe",
    "?startupProbe",
    "?lifecycle.?postStart",
    "?lifecycle.?preStop",
  ];
  const hosts = handlers.flatMap((handler) =>
    ["httpGet", "tcpSocket"].map((kind) => `${container}.${handler}.?${kind}.?host.orValue("")`),
  );
  return `[${hosts.join(", ")}].filter(h, h != "")`;
}

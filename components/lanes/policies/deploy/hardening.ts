import {
  BASELINE_CAPABILITIES,
  SAFE_SYSCTLS,
  SELINUX_TYPES,
} from "../../../manifests/loosenings.ts";
import { EXCEPTIONS, type ExceptionWord } from "../../../service/exceptions.ts";
import { literal, type Validation } from "../policy.ts";
import { refusal } from "./limit.ts";
import { renderedAs, type SaidPods } from "./said.ts";

const NO_SYSCTLS = "variables.spec.?securityContext.?sysctls.orValue([])";
const LOW_PORTS = "NET_BIND_SERVICE";
const CHANGING = BASELINE_CAPABILITIES.filter((name) => name !== LOW_PORTS);

/** A field of a container's security context, or what its pod says. */
const own = (path: string, otherwise: string) => `c.?securityContext.${path}.orValue(${otherwise})`;
const shared = (path: string, otherwise: string) =>
  `variables.spec.?securityContext.${path}.orValue(${otherwise})`;
const either = (path: string, otherwise: string) => own(path, shared(path, otherwise));
const some = (demand: string) => `variables.containers.exists(c, ${demand})`;
const inPod = (field: string) => `variables.spec.?${field}.orValue(false)`;

const PRIVILEGED = own("?privileged", "false");
const ADDED = own("?capabilities.?add", "[]");
const SELINUX = `(o.?type.orValue("") in ${literal(SELINUX_TYPES)} && o.?user.orValue("") == "" && o.?role.orValue("") == "")`;

/**
 * Whether a pod does what a word permits, as an expression. Of volumes, tokens, networks and hosts of probes the lane's other limits know
 * more: whose they are.
 */
const LOOSE: Readonly<Record<ExceptionWord, string | undefined>> = {
  "writable-root": some(`!${own("?readOnlyRootFilesystem", "false")}`),
  "low-ports": some(`${literal(LOW_PORTS)} in ${ADDED}`),
  token: undefined,
  network: undefined,
  root: some(`!${either("?runAsNonRoot", "false")} || ${either("?runAsUser", "-1")} == 0`),
  "privilege-escalation": some(`!${PRIVILEGED} && ${own("?allowPrivilegeEscalation", "true")}`),
  capabilities: some(
    `(!${PRIVILEGED} && !("ALL" in ${own("?capabilities.?drop", "[]")})) || ${ADDED}.exists(a, a in ${literal(CHANGING)})`,
  ),
  "other-volumes": undefined,
  "host-network": inPod("hostNetwork"),
  "host-pid": inPod("hostPID"),
  "host-ipc": inPod("hostIPC"),
  "host-ports": some("c.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0)"),
  "host-path": undefined,
  "system-capabilities": some(`${ADDED}.exists(a, !(a in ${literal(BASELINE_CAPABILITIES)}))`),
  unconfined: some(
    `!(${either("?seccompProfile.?type", '""')} in ["RuntimeDefault", "Localhost"]) || ${either("?appArmorProfile.?type", '""')} == "Unconfined" || ${own("?procMount", '"Default"')} != "Default"`,
  ),
  selinux: some(
    `![c.?securityContext.?seLinuxOptions.orValue({}), ${shared("?seLinuxOptions", "{}")}].all(o, ${SELINUX})`,
  ),
  sysctls: `${NO_SYSCTLS}.exists(s, !(s.name in ${literal(SAFE_SYSCTLS)}))`,
  "probe-hosts": undefined,
  privileged: some(`${PRIVILEGED} || ${either("?windowsOptions.?hostProcess", "false")}`),
};

/** Variables of {@link hardening}, beside `spec`. */
export const HARDENING_VARIABLES = {
  containers: "variables.spec.containers + variables.spec.?initContainers.orValue([])",
} as const;

/**
 * Every pod as Slipway makes it, and what a word permits only to the services that have it: the namespace's Pod Security level, which
 * is the loosest that one of them needs or that others have set, holds none of the rest.
 */
export function hardening(pods: readonly SaidPods[], at: string): Validation[] {
  return Object.entries(LOOSE).flatMap(([word, loose]) => {
    if (loose === undefined) {
      return [];
    }
    const known = word as ExceptionWord;
    const allowed = pods.filter(({ allow }) => allow.includes(known));
    const names = allowed.flatMap(({ name, isRendered }) => (isRendered ? [] : [name]));
    const { permits } = EXCEPTIONS[known];
    return [
      {
        expression: [
          `object.metadata.name in ${literal(names)}`,
          ...renderedAs(allowed),
          `(oldObject != null && object.${at} == oldObject.${at})`,
          `!(${loose})`,
        ].join(" || "),
        message: refusal(
          at,
          `pods that may not ${permits}, except those of services that allow ${word}`,
        ),
      },
    ];
  });
}

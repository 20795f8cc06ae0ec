import type { CONTAINERS } from "./pod-spec.ts";
import { literal, type Validation } from "./policy.ts";

/** Name of the container that rootless BuildKit runs in. */
const BUILDER = "buildkit";

/** What newuidmap and newgidmap need, which give BuildKit the ids that it builds with. */
const CAPABILITIES = ["SETGID", "SETUID"];

const SELINUX_TYPES = [
  "",
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
];

/** Whether a container is rootless BuildKit: by its name, and because its image or its pod is trusted with more. */
export const EXEMPT = `c.name == ${literal(BUILDER)} && (variables.isolated || c.image in variables.images)`;
const EXCEPT = `except ${BUILDER} in a pod with hostUsers: false, or of an image of slipway:jenkins.lanes.build.images`;

const inPod = (path: string, otherwise: string): string =>
  `object.spec.?securityContext.${path}.orValue(${otherwise})`;
const own = (path: string, otherwise: string): string =>
  `c.?securityContext.${path}.orValue(${otherwise})`;

/** What a container has that says nothing itself, for variables. */
export const OF_POD = {
  seccomp: inPod("?seccompProfile.?type", '""'),
  apparmor: inPod("?appArmorProfile.?type", '""'),
  nonRoot: inPod("?runAsNonRoot", "false"),
  user: inPod("?runAsUser", "-1"),
  hostProcess: inPod("?windowsOptions.?hostProcess", "false"),
  selinux: inPod("?seLinuxOptions", "{}"),
};

/**
 * What each container of a list must meet; a message says what one is that does not. One that is added to a running pod is never
 * BuildKit.
 */
export function demandsOn(list: (typeof CONTAINERS)[number]): Validation[] {
  const unless = (demand: string) =>
    list === "ephemeralContainers" ? demand : `(${EXEMPT}) || (${demand})`;
  return [...baseline(), ...restricted(unless)];
}

/** What nobody is excepted from. */
function baseline(): Validation[] {
  const selinux = `c.?securityContext.?seLinuxOptions.orValue(variables.selinux)`;
  return [
    { expression: `!${own("?privileged", "false")}`, message: "that is privileged" },
    {
      expression: `!${own("?windowsOptions.?hostProcess", "variables.hostProcess")}`,
      message: "that is a process of the node (windowsOptions.hostProcess)",
    },
    {
      expression: "c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)",
      message: "with a port of the node (hostPort)",
    },
    {
      expression: `${own("?procMount", '"Default"')} == "Default"`,
      message: "with a procMount of its own",
    },
    {
      expression: `[${selinux}, variables.selinux].all(o, o.?type.orValue("") in ${literal(SELINUX_TYPES)} && o.?user.orValue("") == "" && o.?role.orValue("") == "")`,
      message: "with an SELinux user, role or type that is not for containers (seLinuxOptions)",
    },
    {
      expression: `${own("?runAsNonRoot", "variables.nonRoot")} && ${own("?runAsUser", "variables.user")} != 0`,
      message: "that may start as root (runAsNonRoot: true)",
    },
  ];
}

/** What all are held to but BuildKit, and what holds it. */
function restricted(unless: (demand: string) => string): Validation[] {
  const added = own("?capabilities.?add", "[]");
  return [
    {
      expression: `"ALL" in ${own("?capabilities.?drop", "[]")}`,
      message: "that keeps capabilities (capabilities.drop: [ALL])",
    },
    {
      expression: `${added}.all(a, a in ${literal(CAPABILITIES)})`,
      message: `with added capabilities other than ${CAPABILITIES.join(" and ")}`,
    },
    {
      expression: unless(`${added}.size() == 0`),
      message: `with added capabilities, ${EXCEPT}`,
    },
    {
      expression: unless(`!${own("?allowPrivilegeEscalation", "true")}`),
      message: `that may gain privileges (allowPrivilegeEscalation: false), ${EXCEPT}`,
    },
    {
      expression: unless(
        `${own("?seccompProfile.?type", "variables.seccomp")} in ["RuntimeDefault", "Localhost"]`,
      ),
      message: `without a seccomp profile (seccompProfile.type: RuntimeDefault), ${EXCEPT}`,
    },
    {
      expression: unless(`${own("?appArmorProfile.?type", "variables.apparmor")} != "Unconfined"`),
      message: `without an AppArmor profile, ${EXCEPT}`,
    },
  ];
}

import {
  BASELINE_CAPABILITIES,
  RESTRICTED_VOLUMES,
  SAFE_SYSCTLS,
  SELINUX_TYPES,
} from "../../contract/pod-security.ts";
import type { ExceptionWord } from "../service/exceptions.ts";
import { type Fields, fieldsOf, listOf } from "./plain-fields.ts";

/** A place in a pod that is looser than what every service has, and the word that permits it. */
export interface Loosening {
  readonly word: ExceptionWord;
  /** From the pod's spec. */
  readonly path: string;
}

const HOOKS = [
  ["livenessProbe"],
  ["readinessProbe"],
  ["startupProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
] as const;

/** Everything in a pod's spec that is looser than what every service has. */
export function looseningsOf(pod: unknown): Loosening[] {
  const spec = fieldsOf(pod);
  const shared = fieldsOf(spec["securityContext"]);
  const found: Loosening[] = [
    ...loose("host-network", spec["hostNetwork"] === true, "hostNetwork"),
    ...loose("host-pid", spec["hostPID"] === true, "hostPID"),
    ...loose("host-ipc", spec["hostIPC"] === true, "hostIPC"),
    ...loose(
      "token",
      spec["automountServiceAccountToken"] !== false,
      "automountServiceAccountToken",
    ),
    ...sysctls(shared["sysctls"]),
    ...selinux(shared, "securityContext"),
    ...loose("root", shared["runAsUser"] === 0, "securityContext.runAsUser"),
    ...loose("privileged", isHostProcess(shared), "securityContext.windowsOptions.hostProcess"),
    ...listOf(spec["volumes"]).flatMap(inVolume),
  ];
  const containers = ["containers", "initContainers"].flatMap((list) =>
    listOf(spec[list]).flatMap((each) => inContainer(each, shared, list)),
  );
  return [...found, ...containers];
}

function loose(word: ExceptionWord, is: boolean, path: string): Loosening[] {
  return is ? [{ word, path }] : [];
}

function inContainer(container: Fields, shared: Fields, list: string): Loosening[] {
  const at = `${list}.${String(container["name"])}`;
  const own = fieldsOf(container["securityContext"]);
  const path = (field: string) => `${at}.securityContext.${field}`;
  const isPrivileged = own["privileged"] === true;
  const ports = listOf(container["ports"]);
  const root = own["runAsUser"] === 0 ? "runAsUser" : "runAsNonRoot";
  const isRoot = (own["runAsNonRoot"] ?? shared["runAsNonRoot"]) !== true || root === "runAsUser";
  return [
    ...loose("privileged", isPrivileged, path("privileged")),
    ...loose("privileged", isHostProcess(own), path("windowsOptions.hostProcess")),
    ...loose("root", isRoot, path(root)),
    ...loose(
      "writable-root",
      own["readOnlyRootFilesystem"] !== true,
      path("readOnlyRootFilesystem"),
    ),
    // Who is privileged has these in any case.
    ...loose(
      "privilege-escalation",
      !isPrivileged && own["allowPrivilegeEscalation"] !== false,
      path("allowPrivilegeEscalation"),
    ),
    ...(isPrivileged ? [] : capabilities(fieldsOf(own["capabilities"]), path("capabilities"))),
    ...unconfined(own, shared, path),
    ...selinux(own, `${at}.securityContext`),
    ...loose(
      "host-ports",
      ports.some(({ hostPort }) => (hostPort ?? 0) !== 0),
      `${at}.ports[].hostPort`,
    ),
    ...HOOKS.flatMap((steps) =>
      loose("probe-hosts", namesHost(container, steps), [at, ...steps].join(".")),
    ),
  ];
}

function capabilities({ add, drop }: Fields, path: string): Loosening[] {
  const added: readonly unknown[] = Array.isArray(add) ? add : [];
  const dropped: readonly unknown[] = Array.isArray(drop) ? drop : [];
  return [
    ...loose("capabilities", !dropped.includes("ALL"), `${path}.drop`),
    ...added.flatMap((name) => loose(wordOfCapability(name), true, `${path}.add`)),
  ];
}

function wordOfCapability(name: unknown): ExceptionWord {
  if (name === "NET_BIND_SERVICE") {
    return "low-ports";
  }
  return BASELINE_CAPABILITIES.some((each) => each === name)
    ? "capabilities"
    : "system-capabilities";
}

function unconfined(own: Fields, shared: Fields, path: (field: string) => string): Loosening[] {
  const typeOf = (profile: string) => fieldsOf(own[profile] ?? shared[profile])["type"];
  const seccomp = typeOf("seccompProfile");
  return [
    ...loose(
      "unconfined",
      seccomp !== "RuntimeDefault" && seccomp !== "Localhost",
      path("seccompProfile"),
    ),
    ...loose("unconfined", typeOf("appArmorProfile") === "Unconfined", path("appArmorProfile")),
    ...loose("unconfined", (own["procMount"] ?? "Default") !== "Default", path("procMount")),
  ];
}

function selinux(context: Fields, at: string): Loosening[] {
  const { user = "", role = "", type = "" } = fieldsOf(context["seLinuxOptions"]);
  const isLoose = user !== "" || role !== "" || !SELINUX_TYPES.some((each) => each === type);
  return loose("selinux", isLoose, `${at}.seLinuxOptions`);
}

function sysctls(list: unknown): Loosening[] {
  const isUnsafe = listOf(list).some(({ name }) => !SAFE_SYSCTLS.some((safe) => safe === name));
  return loose("sysctls", isUnsafe, "securityContext.sysctls");
}

function isHostProcess(context: Fields): boolean {
  return fieldsOf(context["windowsOptions"])["hostProcess"] === true;
}

function inVolume(volume: Fields): Loosening[] {
  const at = `volumes.${String(volume["name"])}`;
  const kinds = Object.keys(volume).filter((key) => key !== "name");
  const others = kinds.filter(
    (kind) => kind !== "hostPath" && !RESTRICTED_VOLUMES.some((known) => known === kind),
  );
  const sources = listOf(fieldsOf(volume["projected"])["sources"]);
  return [
    ...loose("host-path", kinds.includes("hostPath"), `${at}.hostPath`),
    ...others.map((kind) => ({ word: "other-volumes" as const, path: `${at}.${kind}` })),
    ...loose(
      "token",
      sources.some((source) => "serviceAccountToken" in source),
      `${at}.projected.sources[].serviceAccountToken`,
    ),
  ];
}

function namesHost(container: Fields, steps: readonly string[]): boolean {
  const handler = steps.reduce<Fields>((fields, step) => fieldsOf(fields[step]), container);
  return ["httpGet", "tcpSocket"].some((kind) => (fieldsOf(handler[kind])["host"] ?? "") !== "");
}

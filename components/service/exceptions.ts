/** The Pod Security levels, the strictest one first. */
const LEVELS = ["restricted", "baseline", "privileged"] as const;

/**
 * How much a namespace's pods may do.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export type Level = (typeof LEVELS)[number];

/** What a word permits. */
interface Exception {
  /** In words that continue "its pods may". */
  readonly permits: string;
  /** The strictest Pod Security level that has such pods. */
  readonly level: Level;
  /** Whether the word alone has the pods do so; otherwise a setting or a patch says what they do. */
  readonly acts: boolean;
}

/**
 * What the pods of a service may do beside what every service's may: a word each, for `allow`. Pods, the namespace's level, patches and
 * the limits of the deploy lane follow from this table.
 */
export const EXCEPTIONS = {
  "writable-root": { permits: "write to the image's files", level: "restricted", acts: true },
  "low-ports": { permits: "have NET_BIND_SERVICE", level: "restricted", acts: true },
  token: { permits: "have a token of their ServiceAccount", level: "restricted", acts: true },
  network: {
    permits: "have a NetworkPolicy that a patch has changed",
    level: "restricted",
    acts: false,
  },
  root: { permits: "run as root", level: "baseline", acts: true },
  "privilege-escalation": {
    permits: "gain privileges, such as by sudo",
    level: "baseline",
    acts: true,
  },
  capabilities: { permits: "keep the runtime's capabilities", level: "baseline", acts: true },
  "other-volumes": {
    permits: "mount volumes of kinds that restricted does not know, such as nfs",
    level: "baseline",
    acts: false,
  },
  "host-network": { permits: "use the node's network", level: "privileged", acts: true },
  "host-pid": { permits: "see the node's processes", level: "privileged", acts: true },
  "host-ipc": { permits: "use the node's IPC", level: "privileged", acts: true },
  "host-ports": { permits: "listen on ports of the node", level: "privileged", acts: false },
  "host-path": { permits: "mount folders of the node", level: "privileged", acts: false },
  "system-capabilities": {
    permits: "have capabilities such as NET_ADMIN",
    level: "privileged",
    acts: false,
  },
  unconfined: {
    permits: "run without seccomp, AppArmor or masked paths of /proc",
    level: "privileged",
    acts: true,
  },
  selinux: { permits: "have an SELinux user, role or type", level: "privileged", acts: false },
  sysctls: { permits: "set sysctls that are not safe", level: "privileged", acts: false },
  "probe-hosts": {
    permits: "have probes and hooks that name a host",
    level: "privileged",
    acts: false,
  },
  privileged: { permits: "do whatever the node may", level: "privileged", acts: true },
} as const satisfies Readonly<Record<string, Exception>>;

/** A word of {@link EXCEPTIONS}. */
export type ExceptionWord = keyof typeof EXCEPTIONS;

/** What a service's pods may do beside what every service's may. */
export interface ExceptionsDefinition {
  /**
   * What leaves the `restricted` Pod Security level or Slipway's own hardening, a word each.
   * @default []
   * @see docs/settings.md
   */
  readonly allow?: readonly ExceptionWord[];
}

/** The strictest level that has all of this. */
export function levelOf(words: readonly ExceptionWord[]): Level {
  return strictest(words.map((word) => EXCEPTIONS[word].level));
}

/** The strictest level that has what each of these has. */
export function strictest(levels: readonly Level[]): Level {
  const needed = Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)));
  return LEVELS[needed] ?? "restricted";
}

/** Whether pods that do so leave a Pod Security level. None leave a level that is unknown, or none. */
export function leaves(word: ExceptionWord, level: string | undefined): boolean {
  return leavesLevel(EXCEPTIONS[word].level, level);
}

/** Whether what needs this level leaves the one that is enforced. */
export function leavesLevel(needed: Level, level: string | undefined): boolean {
  const enforced = LEVELS.findIndex((each) => each === level);
  return enforced >= 0 && LEVELS.indexOf(needed) > enforced;
}

/** The exceptions of a service, with those that other keys stand for. */
export function completeExceptions(
  definition: ExceptionsDefinition & {
    readonly user?: number;
    readonly serviceAccount?: { readonly token?: unknown };
  },
) {
  const { allow = [], user, serviceAccount } = definition;
  const words: readonly ExceptionWord[] = serviceAccount?.token ? [...allow, "token"] : allow;
  return {
    allow: [...new Set(words)],
    // Who allows root and names no user means the image's own.
    ...(allow.includes("root") && user === undefined && { imageUser: true as const }),
  };
}

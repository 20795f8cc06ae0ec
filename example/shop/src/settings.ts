import { isAbsolute } from "node:path";

/** Ways in which the service misbehaves when it is told to; see the README. */
export interface Faults {
  /** Exit code to end with before listening. */
  readonly crashAtStart?: number;
  /** Absolute path of a file: absent, it is created and the start fails; present, the start continues. */
  readonly crashOnce?: string;
  readonly neverReady: boolean;
  readonly readyAfterSeconds?: number;
  readonly exitAfterRequests?: number;
  readonly slowMs?: number;
  readonly failedPercent?: number;
  readonly memoryBytes?: number;
  readonly livenessFailsAfterSeconds?: number;
  readonly logLines?: number;
}

/** All that the environment sets for the service. */
export interface Settings {
  /** TCP port, 0 for a free one. @default 8080 */
  readonly port: number;
  /** Commit of the source, null where nobody said. */
  readonly commit: string | null;
  /** Absolute path of the file with the key that sessions are signed with; absent, there are none. */
  readonly sessionKeyFile?: string;
  /** How long it still takes new connections after SIGTERM. @default 1 */
  readonly drainSeconds: number;
  /** How long after SIGTERM requests may take before they are cut off. @default 20 */
  readonly graceSeconds: number;
  readonly faults: Faults;
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Range {
  readonly min: number;
  readonly max: number;
}

const FAULTS = [
  "FAULT_CRASH_AT_START",
  "FAULT_CRASH_ONCE",
  "FAULT_NEVER_READY",
  "FAULT_READY_AFTER_SECONDS",
  "FAULT_EXIT_AFTER_REQUESTS",
  "FAULT_SLOW_MS",
  "FAULT_FAILED_PERCENT",
  "FAULT_MEMORY_BYTES",
  "FAULT_LIVENESS_FAILS_AFTER_SECONDS",
  "FAULT_LOG_LINES",
] as const;

type Variable =
  (typeof FAULTS)[number] | "PORT" | "SESSION_KEY_FILE" | "DRAIN_SECONDS" | "GRACE_SECONDS";

const DAY = { min: 0, max: 86_400 };

/**
 * Reads the settings from environment variables; an empty one counts as not set.
 *
 * @throws {Error} one line that names every variable with a bad value, the value, and what is allowed.
 */
export function readSettings(environment: Environment): Settings {
  const problems: string[] = unknownFaults(environment);
  const read = reader(environment, problems);

  const settings: Settings = {
    port: read.integer("PORT", { min: 0, max: 65_535 }) ?? 8080,
    commit: textOf(environment, "COMMIT") ?? null,
    ...given("sessionKeyFile", read.path("SESSION_KEY_FILE")),
    drainSeconds: read.seconds("DRAIN_SECONDS", DAY) ?? 1,
    graceSeconds: read.seconds("GRACE_SECONDS", DAY) ?? 20,
    faults: readFaults(read),
  };
  if (settings.drainSeconds > settings.graceSeconds) {
    problems.push(
      `DRAIN_SECONDS (${settings.drainSeconds}) must not be greater than GRACE_SECONDS (${settings.graceSeconds})`,
    );
  }
  if (problems.length > 0) {
    throw new Error(problems.join("; "));
  }
  return settings;
}

function readFaults(read: Reader): Faults {
  return {
    ...given("crashAtStart", read.integer("FAULT_CRASH_AT_START", { min: 1, max: 255 })),
    ...given("crashOnce", read.path("FAULT_CRASH_ONCE")),
    neverReady: read.flag("FAULT_NEVER_READY") ?? false,
    ...given("readyAfterSeconds", read.seconds("FAULT_READY_AFTER_SECONDS", DAY)),
    ...given("exitAfterRequests", read.integer("FAULT_EXIT_AFTER_REQUESTS", { min: 1, max: 1e9 })),
    ...given("slowMs", read.integer("FAULT_SLOW_MS", { min: 1, max: 600_000 })),
    ...given("failedPercent", read.integer("FAULT_FAILED_PERCENT", { min: 1, max: 100 })),
    ...given("memoryBytes", read.integer("FAULT_MEMORY_BYTES", { min: 1, max: 2 ** 40 })),
    ...given("livenessFailsAfterSeconds", read.seconds("FAULT_LIVENESS_FAILS_AFTER_SECONDS", DAY)),
    ...given("logLines", read.integer("FAULT_LOG_LINES", { min: 1, max: 100_000 })),
  };
}

type Reader = ReturnType<typeof reader>;

function reader(environment: Environment, problems: string[]) {
  const parse = <T>(name: Variable, allowed: string, value: (text: string) => T | undefined) => {
    const text = textOf(environment, name);
    if (text === undefined) {
      return undefined;
    }
    const parsed = value(text);
    if (parsed === undefined) {
      problems.push(`${name} must be ${allowed}, got "${text}"`);
    }
    return parsed;
  };
  const number = (name: Variable, what: string, pattern: RegExp, { min, max }: Range) =>
    parse(name, `${what} from ${min} to ${max}`, (text) => {
      const value = pattern.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : undefined;
    });

  return {
    integer: (name: Variable, range: Range) => number(name, "a whole number", /^\d+$/, range),
    seconds: (name: Variable, range: Range) =>
      number(name, "a number of seconds", /^\d+(\.\d+)?$/, range),
    flag: (name: Variable) =>
      parse(name, "true or false", (text) =>
        text === "true" ? true : text === "false" ? false : undefined,
      ),
    path: (name: Variable) =>
      parse(name, "an absolute path", (text) => (isAbsolute(text) ? text : undefined)),
  };
}

// A fault that is misspelt would make a healthy pod, and a test of the fault pass for no reason.
function unknownFaults(environment: Environment): string[] {
  const known: readonly string[] = FAULTS;
  return Object.keys(environment)
    .filter((name) => name.startsWith("FAULT_") && !known.includes(name))
    .map((name) => `${name} is not a fault; use one of ${FAULTS.join(", ")}`);
}

function textOf(environment: Environment, name: string): string | undefined {
  const text = environment[name];
  return text === "" ? undefined : text;
}

function given<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}

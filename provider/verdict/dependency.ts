/** What programs say when something that they need did not answer, or has no name yet. */
const ABSENT = [
  /connection ?refused|actively refused|connection to \S{1,200} refused|\be(?:connrefused|connreset|timedout|hostunreach|netunreach|notfound)\b|\beai_again\b/i,
  /connection reset by peer|no route to host|(?:network|host) is (?:unreachable|down)|communications link failure|driver: bad connection/i,
  /no such host|unknown ?host|bad address|could not translate host name|name or service not known|name does not resolve|temporary failure in name resolution/i,
  /(?:could not|couldn't|cannot|can't|can not|unable to|failed to) (?:connect|reach|establish a (?:new )?connection)/i,
  /connect(?:ion)?(?: attempt)? timed out|connect(?:ion)? timeout|i\/o timeout|context deadline exceeded|timed out (?:waiting|connecting)|timeout (?:expired|occurred)|server ?selection ?(?:timed ?out|timeout|error)/i,
  /nobrokersavailable|broker may not be available|(?:database system|server|redis) is (?:starting up|loading|not ready)|not yet accepting connections|503 service unavailable/i,
] as const;

/** Words on the same line by which the other side did answer, or by which waiting helps nobody. */
const ANSWERED =
  /authentication|(?:wrong|invalid|incorrect|bad|using) password|access denied|permission denied|\beacces\b|unauthori[sz]ed|forbidden|certificate|x509|does not exist|unknown (?:database|option|flag|scheme)|no such (?:file|table|option|flag)|invalid (?:value|url|uri|option|flag|argument|port|dsn|connection string)|malformed|unsupported|address already in use|\beaddrinuse\b/i;

/** The program's own faults: one after the other line is why it ended. */
const OWN_FAULT =
  /\b(?:TypeError|ReferenceError|SyntaxError|NullPointerException|ModuleNotFoundError|ImportError|NameError|KeyError|AttributeError|AssertionError)\b|cannot find module|segmentation fault|exec format error|out of memory|\bmust be\b|\bis required\b|\bis not set\b|\bmissing (?:env|config|required)|\binvalid (?:config|setting)/i;

/** In the place of a log that could not be read. */
const NO_LOG = "(no log: ";

/**
 * The last line by which a program ended because something that it needs was not there: then it may answer in a moment.
 * @returns undefined where the lines say nothing of the kind, or another fault came after it
 */
export function absentDependency(lines: readonly string[]): string | undefined {
  const said = lines.filter((line) => !line.startsWith(NO_LOG));
  const last = said.findLastIndex(isAbsent);
  const isCause = last >= 0 && !said.slice(last + 1).some((line) => OWN_FAULT.test(line));
  return isCause ? said[last]?.trim() : undefined;
}

function isAbsent(line: string): boolean {
  return ABSENT.some((words) => words.test(line)) && !ANSWERED.test(line);
}

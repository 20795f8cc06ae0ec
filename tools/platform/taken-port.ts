import { execa } from "execa";

/** One TCP port that a component listens on. */
export interface Port {
  readonly host: string;
  readonly port: number;
}

/**
 * Throws if another process listens on a port that a component wants.
 * @param component Who wants it, for the message.
 */
export async function assertFree(component: string, wanted: readonly Port[]): Promise<void> {
  if (wanted.length === 0) {
    return;
  }
  const { stdout } = await execa("ss", ["-Hltnp"]);
  const taken = wanted
    .map((port) => ({ port, line: stdout.split("\n").find((line) => listensOn(line, port)) }))
    .find(({ line }) => line !== undefined);
  if (taken?.line === undefined) {
    return;
  }
  throw new Error(takenPortMessage(component, taken.port, taken.line));
}

/** Whether a line of `ss -Hltnp` takes the port; a socket on all addresses takes it on each. */
export function listensOn(line: string, wanted: Port): boolean {
  const local = line.trim().split(/\s+/)[3] ?? "";
  const colon = local.lastIndexOf(":");
  const host = local.slice(0, colon);
  return (
    local.slice(colon + 1) === String(wanted.port) &&
    ["0.0.0.0", "*", "[::]", wanted.host].includes(host)
  );
}

/** The error for a taken port, with its holder as `ss -Hltnp` tells it. */
export function takenPortMessage(component: string, { host, port }: Port, line: string): string {
  const holder = /\("(?<name>[^"]+)",pid=(?<pid>\d+)/.exec(line)?.groups;
  const [who, remedy] = holder
    ? [
        `process ${holder["pid"] ?? ""} (${holder["name"] ?? ""})`,
        `stop it with: kill ${holder["pid"] ?? ""}`,
      ]
    : ["a process that ss does not name", `find it with: ss -ltnp 'sport = :${port}'`];
  return `${component} needs port ${port} on ${host}, but ${who} listens there; ${remedy}, then run it again`;
}

import { setImmediate as others } from "node:timers/promises";
import type { KnownSecrets } from "../known-secrets.ts";
import type { ContainerLog, LogSource } from "../verdict/told-log.ts";
import { isFormat } from "../verdict/log-hints.ts";
import type { Api } from "./api.ts";
import { ApiError, messageOf } from "./api-error.ts";
import { COLLECTIONS } from "./collection.ts";

/** Lines that are reported. */
const LINES = 25;

/** Enough to hold what matters of a line, not enough to fill a terminal. */
const LINE_CHARACTERS = 500;

/** What is read of a log at most. The kubelet counts from the first requested line. */
const BYTES = 131_072;

/** Longer lines are pieces in the runtime's files, and the kubelet counts these. */
const PIECE = 16_384;

/** Lines to request, one more than are reported; if they are too long, the last ones are worth more. */
const TRIES = [LINES + 1, 6, 2] as const;

/** Where a log is, and who reads it. */
interface Reading {
  readonly api: Api;
  readonly secrets: KnownSecrets;
  readonly namespace: string;
}

/** The last lines of a container's log without secrets, or the reason why there are none. */
export async function containerLog(
  reading: Reading,
  source: LogSource,
  signal: AbortSignal,
): Promise<ContainerLog> {
  try {
    const whole = reading.secrets.tell(await lastOf(reading, source, signal));
    // Masking is slow: other work gets its turn between two logs.
    await others();
    const lines = whole.split("\n").filter((line) => line.trim() !== "");
    const log = { ...source, lines: lines.slice(-LINES).map(shortLine) };
    if (!isFormat(log.lines.at(-1) ?? "")) {
      return log;
    }
    const { api, namespace } = reading;
    const pod = `${COLLECTIONS.pods.path(namespace)}/${source.pod}`;
    const architecture = await architectureOf(api, pod, signal);
    return architecture === undefined ? log : { ...log, architecture };
  } catch (error) {
    // The runtime may have removed the previous container already.
    return source.previous && error instanceof ApiError && error.status === 400
      ? containerLog(reading, { ...source, previous: false }, signal)
      : { ...source, lines: [`(no log: ${reading.secrets.tell(messageOf(error))})`] };
  }
}

async function lastOf(
  { api, namespace }: Reading,
  { pod, container, previous }: LogSource,
  signal: AbortSignal,
): Promise<string> {
  const path = `${COLLECTIONS.pods.path(namespace)}/${pod}/log`;
  let last = "";
  for (const tailLines of TRIES) {
    const query = { container, previous, tailLines, limitBytes: BYTES };
    const text = await api.text(path, query, signal);
    const isWhole = Buffer.byteLength(text) < BYTES;
    last = withoutEdges(text.slice(-BYTES), { tailLines, isWhole });
    if (isWhole) {
      break;
    }
  }
  return last;
}

/** A log without the lines at its edges that may be parts of lines: half a secret is not recognized as one. */
function withoutEdges(text: string, cut: { tailLines: number; isWhole: boolean }): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const pieces = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / PIECE)), 0);
  const isBegun = pieces >= cut.tailLines || text.length >= BYTES;
  if (isBegun) {
    lines[0] = lines.length > 1 ? "" : (lines[0] ?? "").replace(/^\S* /, "");
  }
  if (!cut.isWhole) {
    lines[lines.length - 1] = lines.length > 1 ? "" : withoutLastWord(lines[0] ?? "");
  }
  return lines.join("\n");
}

function withoutLastWord(line: string): string {
  const space = line.lastIndexOf(" ");
  return space < 0 ? line : line.slice(0, space);
}

/** The beginning of a line, no character of which is cut in two. */
function shortLine(line: string): string {
  return line.slice(0, LINE_CHARACTERS).replace(/[\ud800-\udbff]$/, "");
}

/**
 * The architecture of the node that a pod runs on, e.g. `amd64`.
 * @returns undefined if that may not be read
 */
async function architectureOf(
  api: Api,
  podPath: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const pod = (await api.get(podPath, {}, signal)) as { spec?: { nodeName?: string } };
    const path = `/api/v1/nodes/${pod.spec?.nodeName ?? ""}`;
    const node = (await api.get(path, {}, signal)) as {
      status?: { nodeInfo?: { architecture?: string } };
    };
    return node.status?.nodeInfo?.architecture;
  } catch {
    return undefined;
  }
}

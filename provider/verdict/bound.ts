import { isDeepStrictEqual } from "node:util";
import type { Evidence } from "../../contract/evidence.ts";
import { withTexts } from "./evidence-texts.ts";

/** State and outputs are written often, so what is kept of a failure must be small. */
const BYTES = 8192;

/** Characters that are kept of a text that is too long: it names the cause at its beginning. */
const CHARACTERS = 400;

/**
 * Evidence that is small enough to be kept, and that says what was omitted: the ends of long texts, then the oldest
 * lines of the longest log, then the last events, containers and notes.
 */
export function bounded(evidence: Evidence): Evidence {
  if (sizeOf(evidence) <= BYTES) {
    return evidence;
  }
  const shorter = withTexts(evidence, short);
  const logs = shorter.containers.map(({ log }) => [...log]);
  const containers = shorter.containers.map((container, at) => ({
    ...container,
    log: logs[at] ?? [],
  }));
  const kept = { ...shorter, events: [...shorter.events], containers, notes: [...shorter.notes] };
  const isShorter = !isDeepStrictEqual(shorter, evidence);
  const cut: Record<string, number> = {};
  // What goes is subtracted: to measure again for each thing would take the square of the time.
  for (let bytes = sizeOf(kept); ;) {
    const longest = logs.reduce((one, other) => (other.length > one.length ? other : one), []);
    const { events, notes } = kept;
    const lists: Record<string, unknown[]> = { "log lines": longest, events, containers, notes };
    const [name, list] = Object.entries(lists).find(([, items]) => items.length > 0) ?? [];
    const words = wordsOf(isShorter, cut);
    if (bytes + sizeOf(words) <= BYTES || name === undefined || list === undefined) {
      return { ...kept, cut: words };
    }
    const gone = list === longest ? list.shift() : list.pop();
    cut[name] = (cut[name] ?? 0) + 1;
    bytes -= sizeOf(gone) + (list.length > 0 ? 1 : 0);
  }
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function wordsOf(isShorter: boolean, cut: Readonly<Record<string, number>>): string | null {
  const counts = Object.entries(cut).map(([name, count]) => `${count} ${name}`);
  return [...(isShorter ? ["the ends of long texts"] : []), ...counts].join(", ") || null;
}

function short(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}

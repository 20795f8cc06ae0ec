import type { Evidence } from "../../contract/evidence.ts";

/** State and outputs are written again and again: what is kept of a failure is to be small. */
const BYTES = 8192;

/** Characters that are kept of a text that is too long: it names the cause at its beginning. */
const CHARACTERS = 400;

/** What was left out of evidence. */
interface Cut {
  readonly texts: boolean;
  readonly lines: number;
  readonly events: number;
  readonly containers: number;
  readonly notes: number;
}

/**
 * Evidence that is small enough to be kept, and that says what was left out: the ends of long texts, then the oldest
 * lines of the longest log, then the last events, containers
 * and notes.
 */
export function bounded(evidence: Evidence): Evidence {
  if (sizeOf(evidence) <= BYTES) {
    return evidence;
  }
  const texts = shortened(evidence);
  const isShorter = JSON.stringify(texts) !== JSON.stringify(evidence);
  const nothing = { texts: isShorter, lines: 0, events: 0, containers: 0, notes: 0 };
  let kept = { evidence: texts, cut: nothing as Cut, bytes: sizeOf(texts) };
  while (kept.bytes + sizeOf(wordsOf(kept.cut)) > BYTES) {
    const next = lessOf(kept);
    if (next === undefined) {
      break;
    }
    kept = next;
  }
  return { ...kept.evidence, cut: wordsOf(kept.cut) };
}

/** Evidence on its way to be small. */
interface Kept {
  readonly evidence: Evidence;
  readonly cut: Cut;
  /** Its size: what goes is subtracted, since measuring it anew for each thing would take the square of the time. */
  readonly bytes: number;
}

/** One thing less, undefined where nothing is left that could be left out. */
function lessOf({ evidence, cut, bytes }: Kept): Kept | undefined {
  const { containers, events, notes } = evidence;
  const longest = Math.max(0, ...containers.map(({ log }) => log.length));
  if (longest > 0) {
    const index = containers.findIndex(({ log }) => log.length === longest);
    const shorter = containers.map((container, position) =>
      position === index ? { ...container, log: container.log.slice(1) } : container,
    );
    return {
      evidence: { ...evidence, containers: shorter },
      cut: { ...cut, lines: cut.lines + 1 },
      bytes: bytes - sizeOf(containers[index]?.log[0]) - (longest > 1 ? 1 : 0),
    };
  }
  for (const [name, list] of Object.entries({ events, containers, notes })) {
    if (list.length > 0) {
      return {
        evidence: { ...evidence, [name]: list.slice(0, -1) },
        cut: { ...cut, [name]: cut[name as "events" | "containers" | "notes"] + 1 },
        bytes: bytes - sizeOf(list.at(-1)) - (list.length > 1 ? 1 : 0),
      };
    }
  }
  return undefined;
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

function wordsOf({ texts, lines, events, containers, notes }: Cut): string | null {
  const parts = [
    ...(texts ? ["the ends of long texts"] : []),
    ...(lines > 0 ? [`${lines} log lines`] : []),
    ...(events > 0 ? [`${events} events`] : []),
    ...(containers > 0 ? [`${containers} containers`] : []),
    ...(notes > 0 ? [`${notes} notes`] : []),
  ];
  return parts.length > 0 ? parts.join(", ") : null;
}

function shortened(evidence: Evidence): Evidence {
  const { message, notes, containers, events } = evidence;
  return {
    ...evidence,
    message: short(message),
    notes: notes.map(short),
    containers: containers.map((container) => ({
      ...container,
      message: container.message && short(container.message),
      exitMessage: container.exitMessage && short(container.exitMessage),
    })),
    events: events.map((event) => ({ ...event, message: short(event.message) })),
  };
}

function short(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}

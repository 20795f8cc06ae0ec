import type { Evidence } from "../../contract/evidence";

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
  if (isSmall(evidence)) {
    return evidence;
  }
  const texts = shortened(evidence);
  const isShorter = JSON.stringify(texts) !== JSON.stringify(evidence);
  const nothing = { texts: isShorter, lines: 0, events: 0, containers: 0, notes: 0 };
  let kept = marked(texts, nothing);
  for (let cut: Cut = nothing; !isSmall(kept);) {
    const next = lessOf(kept, cut);
    if (next === undefined) {
      break;
    }
    cut = next.cut;
    kept = marked(next.evidence, cut);
  }
  return kept;
}

/** One thing less, undefined where nothing is left that could be left out. */
function lessOf(evidence: Evidence, cut: Cut): { evidence: Evidence; cut: Cut } | undefined {
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
    };
  }
  if (events.length > 0) {
    const fewer = events.slice(0, -1);
    return { evidence: { ...evidence, events: fewer }, cut: { ...cut, events: cut.events + 1 } };
  }
  if (containers.length > 0) {
    const fewer = containers.slice(0, -1);
    const count = cut.containers + 1;
    return { evidence: { ...evidence, containers: fewer }, cut: { ...cut, containers: count } };
  }
  if (notes.length > 0) {
    const fewer = notes.slice(0, -1);
    return { evidence: { ...evidence, notes: fewer }, cut: { ...cut, notes: cut.notes + 1 } };
  }
  return undefined;
}

function isSmall(evidence: Evidence): boolean {
  return Buffer.byteLength(JSON.stringify(evidence)) <= BYTES;
}

function marked(evidence: Evidence, cut: Cut): Evidence {
  const { texts, lines, events, containers, notes } = cut;
  const parts = [
    ...(texts ? ["the ends of long texts"] : []),
    ...(lines > 0 ? [`${lines} log lines`] : []),
    ...(events > 0 ? [`${events} events`] : []),
    ...(containers > 0 ? [`${containers} containers`] : []),
    ...(notes > 0 ? [`${notes} notes`] : []),
  ];
  return { ...evidence, cut: parts.length > 0 ? parts.join(", ") : null };
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

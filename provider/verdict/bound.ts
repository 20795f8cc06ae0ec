import type { Evidence } from "../../contract/evidence";

/** State and outputs are written again and again: what is kept of a failure is to be small. */
const BYTES = 8192;

/** Characters that are kept of a text that is too long: it names the cause at its beginning. */
const CHARACTERS = 400;

/** One thing less of a kind, in the order in which they are left out; undefined where there is none. */
const LESS: Readonly<Record<string, (evidence: Evidence) => Partial<Evidence> | undefined>> = {
  "log lines": ({ containers }) => {
    const longest = Math.max(0, ...containers.map(({ log }) => log.length));
    const index = containers.findIndex(({ log }) => log.length === longest);
    const shorter = containers.map((container, position) =>
      position === index ? { ...container, log: container.log.slice(1) } : container,
    );
    return longest > 0 ? { containers: shorter } : undefined;
  },
  events: ({ events }) => (events.length > 0 ? { events: events.slice(0, -1) } : undefined),
  containers: ({ containers }) =>
    containers.length > 0 ? { containers: containers.slice(0, -1) } : undefined,
  notes: ({ notes }) => (notes.length > 0 ? { notes: notes.slice(0, -1) } : undefined),
};

/**
 * Evidence that is small enough to be kept, and that says what was left out: the ends of long texts, then the oldest
 * lines of the longest log, then the last events, containers and notes.
 */
export function bounded(evidence: Evidence): Evidence {
  if (isSmall(evidence)) {
    return evidence;
  }
  let rest = shortened(evidence);
  const isShorter = JSON.stringify(rest) !== JSON.stringify(evidence);
  const parts = isShorter ? ["the ends of long texts"] : [];
  for (const [name, lessOf] of Object.entries(LESS)) {
    const marked = (count: number): Evidence => {
      const cut = [...parts, ...(count > 0 ? [`${count} ${name}`] : [])].join(", ");
      return { ...rest, cut: cut === "" ? null : cut };
    };
    let count = 0;
    for (let less = lessOf(rest); less && !isSmall(marked(count)); less = lessOf(rest)) {
      rest = { ...rest, ...less };
      count += 1;
    }
    rest = marked(count);
    parts.splice(0, parts.length, ...(rest.cut === null ? [] : [rest.cut]));
  }
  return rest;
}

function isSmall(evidence: Evidence): boolean {
  return Buffer.byteLength(JSON.stringify(evidence)) <= BYTES;
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

/** Part of a comment: its entries can be left out from the end, its frame cannot. */
export interface Section {
  readonly before: readonly string[];
  /** Lines that belong together. */
  readonly entries: readonly (readonly string[])[];
  /** What an entry is called if some are left out. */
  readonly called: string;
  readonly after: readonly string[];
}

/** GitHub accepts comments of 65,536 characters. */
export const MOST_CHARACTERS = 60_000;

/** Room for the sentence that says what is left out. */
const NOTE_CHARACTERS = 200;

/**
 * The lines of a comment that has room for so many characters: frames and notes get theirs first; then entries. What does
 * not fit is counted.
 * @param inTurn the same sections in the order in which they get their room
 */
export function fitted(
  head: readonly string[],
  sections: readonly Section[],
  limit: number,
  inTurn = sections,
): string[] {
  const frames = sections.flatMap(({ before, after }) => [...before, ...after]);
  let room = limit - size([...head, ...frames]) - sections.length * NOTE_CHARACTERS;
  const kept = new Map<Section, number>();
  for (const section of inTurn) {
    let taken = 0;
    for (const entry of section.entries) {
      if (size(entry) > room) {
        break;
      }
      room -= size(entry);
      taken += 1;
    }
    kept.set(section, taken);
  }
  return [...head, ...sections.flatMap((section) => linesOf(section, kept.get(section), limit))];
}

function linesOf({ before, entries, called, after }: Section, taken = 0, limit: number): string[] {
  const left = entries.length - taken;
  const note =
    left === 0
      ? []
      : ["", `… and ${left} more ${called}: a comment has room for ${limit} characters`];
  return [...before, ...entries.slice(0, taken).flat(), ...note, ...after];
}

function size(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

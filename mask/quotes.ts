/** A quote as it is written: within `"` that is itself within quotes it carries backslashes. */
export interface Quote {
  readonly mark: string;
  readonly slashes: number;
  /** Where what is quoted begins. */
  readonly start: number;
}

/** Letters before a quote, as Python and others have them. */
const PREFIXES = /[bBrRuUfF@]/;

/** Deeper nesting than any program writes. */
const SLASHES = 64;

/** The quote that begins at a place, with the letter before it. */
export function quoteAt(text: string, at: number): Quote | undefined {
  const first = PREFIXES.test(text.charAt(at)) && isMark(text.charAt(at + 1)) ? at + 1 : at;
  let place = first;
  while (text[place] === "\\" && place - first < SLASHES) {
    place += 1;
  }
  const mark = text.charAt(place);
  return isMark(mark) ? { mark, slashes: place - first, start: place + 1 } : undefined;
}

/** The end of what is quoted in the line behind: a quote that can only close. */
const SECOND = {
  '"': /\n[^"\n]{0,255}[^"\s=:([{,]"(?=[\s,;)}\]]|$)/y,
  "'": /\n[^'\n]{0,255}[^'\s=:([{,]'(?=[\s,;)}\]]|$)/y,
} as const;

/** Behind the end of what is quoted: its quote, in this line or the next, or the end of the line if that never comes. */
export function endOfQuoted(text: string, { mark, slashes, start }: Quote): number {
  let run = 0;
  for (let place = start; place < text.length; place += 1) {
    const character = text[place];
    if (character === "\n") {
      return endInSecond(text, place, mark) ?? place;
    }
    if (character === mark && isClosing(run, slashes)) {
      // Written twice, it is part of what is quoted.
      if (slashes > 0 || text[place + 1] !== mark || place === start) {
        return place + 1;
      }
      place += 1;
    }
    run = character === "\\" ? run + 1 : 0;
  }
  return text.length;
}

function endInSecond(text: string, at: number, mark: string): number | undefined {
  if (mark !== '"' && mark !== "'") {
    return undefined;
  }
  const pattern = SECOND[mark];
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** A quote with fewer backslashes ends what is around; with more, it is quoted once more. */
function isClosing(run: number, slashes: number): boolean {
  return run < slashes || run % (2 * (slashes + 1)) === slashes;
}

function isMark(character: string): boolean {
  return character === '"' || character === "'" || character === "`";
}

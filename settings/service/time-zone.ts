/** Words in the names of zones that are written in small letters. */
const SMALL = new Set(["of", "au", "es"]);
/** Longer words in capitals only are none, except with a number in them. */
const LONGEST_CAPITALS = 4;

/**
 * Whether the IANA time zone database has a zone of this name. The API server compares letter by letter, and `Intl` does not: so names
 * that it gives itself are compared, and those that it takes for another one have to be written as all in the database are.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+/-]+$/.test(name) || name === "Local") {
    return false;
  }
  const own = ownName(name);
  if (own === undefined) {
    return false;
  }
  return own.toLowerCase() === name.toLowerCase()
    ? own === name
    : name.split(/[/_+-]/).every(isWord);
}

function ownName(timeZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function isWord(word: string): boolean {
  return (
    /^(?:\d.*|[A-Z][a-z]+(?:[A-Z][a-z]*)*|)$/.test(word) ||
    SMALL.has(word) ||
    /^[A-Z]+\d[A-Z0-9]*$/.test(word) ||
    (word.length <= LONGEST_CAPITALS && /^[A-Z]+$/.test(word))
  );
}

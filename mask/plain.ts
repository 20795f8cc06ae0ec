/** Sequences that a terminal obeys: `ESC [ … letter` and its one-character form, titles and links, device strings, the rest. */
const SEQUENCES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c\n]*(?:\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

/** A carriage return that ends no line takes a terminal back over what it has shown; the others break lines for some readers only. */
const BREAKS = /\r\n|[\r\u2028\u2029]/g;

/** Controls but tab and line feed, and what is not seen but turns the direction of the text around it. */
const UNSEEN =
  /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Half of a character: no JSON and no protocol buffer takes it. */
const HALVES = /\p{Surrogate}/gu;

/** A text of others as a terminal may show it: without control characters but tab and line feed, and without their sequences. */
export function plain(text: string): string {
  return text
    .replace(SEQUENCES, "")
    .replace(BREAKS, (found) => (found === "\r\n" ? "\n" : " "))
    .replace(UNSEEN, "")
    .replace(HALVES, "\ufffd");
}

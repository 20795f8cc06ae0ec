/** Sequences that a terminal obeys: `ESC [ … letter` and its one-character form, titles and links, device strings, the rest. */
const SEQUENCES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c\n]*(?:\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

/** A carriage return that ends no line takes a terminal back over what it has shown; the others break lines only for some readers. */
const BREAKS = /\r\n|[\r\u2028\u2029]/g;

/** Controls except tab and line feed, and what is unseen: it turns the direction of the text around it, or is a text of its own. */
const UNSEEN =
  /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Half of a character: neither JSON nor a protocol buffer accepts it. */
const HALVES = /\p{Surrogate}/gu;

/** What most texts have nothing of. */
const SUSPECT =
  /[\0-\x08\v-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/;

/** Others' text as a terminal may show it: without control characters except tab and line feed, and without their sequences. */
export function plain(text: string): string {
  if (!SUSPECT.test(text)) {
    return text;
  }
  return text
    .replace(SEQUENCES, "")
    .replace(BREAKS, (found) => (found === "\r\n" ? "\n" : " "))
    .replace(UNSEEN, "")
    .replace(HALVES, "\ufffd");
}

/** A value with each of its texts, and the names of its fields, as {@link plain} has them. */
export function plainIn<T>(value: T): T {
  if (typeof value === "string") {
    return plain(value) as T;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.map(plainIn) as T;
  }
  const fields = Object.entries(value as Readonly<Record<string, unknown>>).map(([name, field]) => [
    plain(name),
    plainIn(field),
  ]);
  return Object.fromEntries(fields) as T;
}

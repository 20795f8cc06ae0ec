/** A shorter form of a value is in too many words that reveal nothing. */
const SHORTEST = 6;

/** Shorter ones are not secret. */
const LEAST = 3;

/** Whoever shows this many characters of a value shows it. */
const LONGEST = 16_384;

/** The forms in which a text may show a value. */
export interface Forms {
  /** Texts that are the value wherever they are. */
  readonly texts: readonly string[];
  /** What finds a short value, which counts only where a value is expected, or as a word of its own. */
  readonly short: readonly RegExp[];
}

/** A value and its lines as logs show them: as they are, quoted once or twice in JSON, in a URL, and as base64. */
export function formsOf(value: string): Forms {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const whole = value.slice(0, LONGEST);
  const plain = [...new Set([whole, whole.trim(), ...lines])].filter((text) => text !== "");
  const texts = [...plain, ...plain.flatMap(escapedForms), ...base64Forms(whole)];
  return {
    texts: [...new Set(texts)].filter((text) => text.length >= SHORTEST),
    short: plain
      .filter((text) => text.length >= LEAST && text.length < SHORTEST)
      .map((text) => (isWord(text) ? asValue(text) : asWord(text))),
  };
}

function escapedForms(text: string): string[] {
  const json = inJson(text);
  // Go writes these in JSON as it would in a page.
  const go = json.replaceAll(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`);
  const lax = encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "\ufffd"));
  const url = lax.replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const encoded = [url, lax, url.replaceAll("%20", "+"), lax.replaceAll("%20", "+")];
  return [
    ...[json, go, inJson(json), inJson(go)],
    // PHP, and what writes no character beyond ASCII.
    ...[json.replaceAll("/", "\\/"), inAscii(json)],
    ...encoded.flatMap((form) => [
      form,
      form.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
    ]),
    ...[userInfo(text), html(text), html(text, "&quot;", "&#x27;"), text.replaceAll("'", "''")],
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inAscii(text: string): string {
  return text.replaceAll(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** As a parser of addresses writes a password. */
function userInfo(text: string): string {
  try {
    const url = new URL("http://host");
    url.password = text;
    return url.password;
  } catch {
    return text;
  }
}

function html(text: string, double = "&#34;", single = "&#39;"): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', double)
    .replaceAll("'", single);
}

/** In base64 a value has three forms, by what is in front of it; at the ends it shares characters with its neighbours. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  const inside = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(Math.ceil((before * 8) / 6), whole);
  });
  const own = bytes.toString("base64");
  return [own, own.replace(/=+$/, ""), ...inside].flatMap((form) => [
    form,
    form.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
}

/** A short value that may be a word of a sentence as well. */
function isWord(text: string): boolean {
  return /^[A-Z]?[a-z]+$/.test(text) || /^[A-Z]+$/.test(text);
}

function asWord(text: string): RegExp {
  return new RegExp(`(?<!\\w)${escaped(text)}(?!\\w)`, "g");
}

function asValue(text: string): RegExp {
  return new RegExp(
    `(?<=[=:@([,]\\s?\\\\{0,3}["'\`]?)${escaped(text)}(?=[\\s"'\`\\\\,;&@)\\]}]|$)`,
    "g",
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

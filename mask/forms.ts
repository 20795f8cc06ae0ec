/** A form of a value that is shorter is in too many words that tell nothing. */
const SHORTEST = 6;

/** Shorter ones are no secret to anybody. */
const LEAST = 3;

/** Values of which this many characters are told are told. */
const LONGEST = 16_384;

/** In what forms a value may be told. */
export interface Forms {
  /** Texts that are it wherever they are. */
  readonly texts: readonly string[];
  /** What finds a short value, which is one only where a value is expected, or as a word of its own. */
  readonly short: readonly RegExp[];
}

/** A value and its lines as logs tell them: as they are, quoted once or twice in JSON, in a URL, and encoded as base64. */
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
    ...encoded.flatMap((form) => [
      form,
      form.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
    ]),
    ...[userInfo(text), html(text)],
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
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

function html(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&#34;")
    .replaceAll("'", "&#39;");
}

/** In base64 a value looks in three ways, by what is in front of it; at the ends it shares characters with its neighbours. */
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

import { endOfQuoted, quoteAt } from "./quotes.ts";
import { words } from "./words.ts";

/** What is written instead of a value, and the values of settings that are not secret. */
const NOTHING =
  /^(?:true|false|null|nil|none|undefined|yes|no|[<[({](?:nil|none|empty|unset|hidden|redacted|secret|filtered|masked|protected)[>\])}]|[[({][\])}]|\*+|x{4,}|redacted)$/i;

/** What a sentence goes on with: the words before the next colon, a status, or a mark of syntax. */
const GOES_ON = /^(?:[A-Za-z][\w./-]*:|\d{1,3}|[()[\]{}<>,;]{1,4})$/;

/** Words that continue a sentence after `token: `. */
const PROSE = words(`
  a an the no not none nothing is isn't was are were be been must should may might can can't cannot could couldn't will would has have had
  required missing empty expired revoked rejected accepted refused valid invalid wrong incorrect bad unknown unset set ok okay
  too expected unexpected got given provided please use using used for from in on of to at by with without and or but if when
  because failed fails failure failing error errors exception timeout timed permission access denied unauthorized forbidden
  unable open read write dial rpc connection connect context eof parse parsing malformed signature found mismatch does
  doesn't key secret secrets token tokens password passwords credential credentials user field flag option argument
  authentication authorization enabled disabled default changed updated created deleted loaded loading rotated ready started
  it its it's this that these your you we only also already illegal unsupported length minimum maximum decoding validation
  absent present include omit same-origin stale pending skipped ignored
  references reference serviceaccount serviceaccounts namespaces pods nodes configmaps couldn't configmap volume claim header cookie value values
`);

/** Schemes of the header `Authorization`; those of the second list have parameters until the end. */
const SCHEMES = words(
  "bearer basic token apikey api-key key jwt negotiate ntlm bot splunk geniekey sso-key kerberos private-token",
);
const LONG_SCHEMES = words(
  "digest hawk oauth mac signature aws4-hmac-sha256 aws4-ecdsa-p256-sha256 goog4-rsa-sha256 sharedkey sharedkeylite hmac",
);

/** A name and its `=` behind a separator: the next setting of a list. */
const NEXT: Readonly<Record<string, RegExp>> = {
  "&": /^&(?:amp;)?[\w.%[\]-]{1,64}=/,
  ";": /^; {0,2}[A-Za-z][\w .-]{0,64}=/,
  ",": /^,["']?[A-Za-z_][\w.-]{0,64}["']?=/,
};
const NEXT_FIELD = /^,["']?[A-Za-z_][\w.-]{0,64}["']?\s?[=:]/;

/** A quote in a page. */
const ENTITY = /^&(?:quot|#34|#x22);/;

/** Characters that `NEXT` reads. */
const AHEAD = 80;

/** How a value was introduced: `=` and the like, `:` at once or with a space, a word and a space. */
export type Separator = "equals" | "colon" | "colon-space" | "space" | "tag";

/** Whether a value reveals nothing, or is the next word of a sentence. */
export function isNoValue(value: string, separator: Separator): boolean {
  if (value.length > 32) {
    return false;
  }
  const isProse = separator === "colon-space" || separator === "space";
  const lower = value.toLowerCase();
  const word = lower.replace(/[,;.!?)\]]{1,3}$/, "");
  return (
    NOTHING.test(lower) ||
    NOTHING.test(word) ||
    (isProse && (PROSE.has(word) || GOES_ON.test(value)))
  );
}

/** What kind of scheme of the header `Authorization` a word is. */
export function schemeOf(word: string): "short" | "long" | undefined {
  const scheme = word.toLowerCase();
  return SCHEMES.has(scheme) ? "short" : LONG_SCHEMES.has(scheme) ? "long" : undefined;
}

/** Behind the end of a value that begins at a place. */
export function endOfValue(text: string, at: number, separator: Separator): number {
  const quote = quoteAt(text, at);
  if (quote !== undefined) {
    return endOfQuoted(text, quote);
  }
  return text[at] === "[" ? endOfList(text, at) : endOfBare(text, at, separator);
}

/** Behind the end of a list, in which brackets may be quoted; the end of its line if that never comes. */
function endOfList(text: string, at: number): number {
  for (let place = at + 1; place < text.length;) {
    const quote = quoteAt(text, place);
    if (text[place] === "]") {
      return place + 1;
    }
    if (text[place] === "\n") {
      return place;
    }
    place = quote === undefined ? place + 1 : endOfQuoted(text, quote);
  }
  return text.length;
}

/** Behind the end of a value without quotes: a space, the next setting of a list, the quote around all of it. */
export function endOfBare(text: string, at: number, separator: Separator): number {
  let place = at;
  while (place < text.length && !isEnd(text, place, at, separator)) {
    place += 1;
  }
  while (place > at + 1 && ",;)]}>\\".includes(text.charAt(place - 1))) {
    place -= 1;
  }
  return place;
}

function isEnd(text: string, place: number, start: number, separator: Separator): boolean {
  const character = text.charAt(place);
  switch (character) {
    case " ":
    case "\t":
    case "\n":
      return true;
    case "<":
      return separator === "tag";
    case '"':
    case "'":
    case "`":
      return text[place - 1] === "\\" || /^[\s,;:)\]}>]?$/.test(text.charAt(place + 1));
    case "&":
    case ";":
    case ",":
      if (place > start && ENTITY.test(text.slice(place, place + 6))) {
        return true;
      }
      return (
        place > start && separator !== "tag" && isNext(text.slice(place, place + AHEAD), separator)
      );
    default:
      return false;
  }
}

function isNext(ahead: string, separator: Separator): boolean {
  const character = ahead.charAt(0);
  if (character === "," && separator === "colon") {
    return NEXT_FIELD.test(ahead);
  }
  return (
    separator !== "colon-space" && separator !== "space" && (NEXT[character]?.test(ahead) ?? false)
  );
}

/** Behind the end of `a=b; c=d`. */
export function endOfCookies(text: string, at: number): number {
  for (let place = at; ;) {
    let end = place;
    while (end < text.length && !/[\s"]/.test(text.charAt(end))) {
      end += 1;
    }
    if (end === place) {
      return end;
    }
    const isLast = text[end - 1] !== ";";
    place = end;
    if (isLast) {
      return text[end - 1] === "\\" ? end - 1 : end;
    }
    while (text[place] === " ") {
      place += 1;
    }
    if (text[place] === '"' || place >= text.length || text[place] === "\n") {
      return end;
    }
  }
}

/** Whether a text is `user:password` in base64. */
export function isLogin(text: string): boolean {
  if (text.length < 4 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) {
    return false;
  }
  const decoded = Buffer.from(text.slice(0, 4096), "base64").toString("latin1");
  return /^[\x20-\x7e\xa0-\xff]*:[\x20-\x7e\xa0-\xff]*$/.test(decoded);
}

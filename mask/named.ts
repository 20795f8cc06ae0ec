import { commandSecret } from "./commands.ts";
import { isCredential, looseSecret } from "./looks.ts";
import { type Kind, kindOf, kindOfTwo } from "./names.ts";
import { blockBehind, columnBehind, taggedAt } from "./layouts.ts";
import { endOfQuoted, quoteAt } from "./quotes.ts";
import { Redaction, type Span } from "./redaction.ts";
import {
  endOfBare,
  endOfCookies,
  endOfValue,
  isLogin,
  isNoValue,
  schemeOf,
  type Separator,
} from "./values.ts";

const WORD = /[\w.-]+/g;

/** What separates a name from its value, behind the quote and the bracket that the name may be in. */
const ASSIGNMENT =
  /(?:&(?:quot|#34|#x22);|[\])]{0,2})[ \t]{0,16}(=>|:=|={1,3}|::(?= )|:|%3[Aa]|%3[Dd]|&#61;)/y;

/** Words between a name and what separates it from its value: `password for bob:`, `password is:`, `unseal key 1:`. */
const BETWEEN =
  /(?: (?:for|of) [^\s:=]{1,64}(?=[ \t]{0,2}[:=])| (?:is|was|\d{1,2})(?=:)| (?:is|was|(?:re)?set to|changed to)(?= ["'`]))/iy;

/** The value of a variable whose name came before, as Kubernetes and Go print them. */
const ELSEWHERE = /[,\s]{1,64}\\{0,16}["']?value\\{0,16}["']?[ \t]{0,4}[:=][ \t]{0,4}/iy;

/** `"--password", "x"` and `--password x`. */
const ARGUMENT = /[ \t]{0,4},?[ \t\n]{0,16}/y;

/** Two quotes, and what was masked before. */
const EMPTY = /^(?:\\{0,16}(["'`])\\{0,16}\1|\*{3}[^\w*]{0,16})$/;

const BASE64 = /[\w+/-]+={0,2}/y;
const BLANKS = /[ \t]+/y;
const SPACES = / +/y;

/** Characters in which the name of a cookie ends. */
const COOKIE = 256;

/** Characters in front of a word that say what it means: parsers report tokens, too, and tests that they pass. */
const BEFORE = 40;
const SYNTAX = /(?:\b(?:un|)expected |--- )$/i;

/**
 * A text without the values that a name, a header, an option or a word before them marks. It goes from word to word, and
 * what it reads behind a word is masked, or of a bounded length, or not a word: that keeps it linear.
 */
export function withoutNamed(text: string): string {
  const redaction = new Redaction(text);
  const pattern = new RegExp(WORD);
  const kinds = new Map<string, Kind | undefined>();
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [word] = found;
    if (!kinds.has(word)) {
      kinds.set(word, kindOf(word));
    }
    const end = found.index + word.length;
    const kind =
      kinds.get(word) ??
      kindOfTwo(word, text.slice(Math.max(0, found.index - BEFORE), found.index));
    const [from, to] = secretBehind(text, word, end, kind) ?? [end, end];
    redaction.mask(from, to);
    pattern.lastIndex = to;
  }
  return redaction.toString();
}

function secretBehind(text: string, word: string, end: number, kind: Kind | undefined) {
  const loose = commandSecret(text, word, end) ?? looseSecret(text, word, end, kind);
  if (loose !== undefined || kind === undefined) {
    return loose;
  }
  if (SYNTAX.test(text.slice(Math.max(0, end - word.length - BEFORE), end - word.length))) {
    return undefined;
  }
  const start = end - word.length;
  const tagged = taggedAt(text, start, end);
  if (tagged !== undefined) {
    return tagged;
  }
  const closing = quoteAt(text, end);
  const behind = closing?.start ?? end;
  const between =
    kind === "password" || kind === "vague" ? after(BETWEEN, text, behind) : undefined;
  const assigned = assignedBehind(text, start, end, between ?? behind);
  if (assigned !== undefined) {
    return (
      blockBehind(text, start, assigned.at) ?? valueOf(text, kind, assigned.at, assigned.separator)
    );
  }
  if (kind === "authorization" || kind === "cookie" || kind === "login") {
    return undefined;
  }
  const elsewhere = after(ELSEWHERE, text, behind);
  if (elsewhere !== undefined) {
    return valueOf(text, kind, elsewhere, "equals");
  }
  if (word.startsWith("-")) {
    return argumentAt(text, behind);
  }
  return closing === undefined
    ? (columnBehind(text, word, end) ?? quotedBehind(text, between ?? end, kind))
    : undefined;
}

/** Where the value of a name begins, and how it is introduced. */
function assignedBehind(text: string, start: number, end: number, behind: number) {
  ASSIGNMENT.lastIndex = behind;
  const [found, sign = ""] = ASSIGNMENT.exec(text) ?? [];
  if (found === undefined) {
    return undefined;
  }
  const first = behind + found.length;
  // A host, an image's tag, and what C++, Ruby and Rust write.
  if (sign === ":" && (text[first] === ":" || (text[start - 1] === "/" && text[first] !== " "))) {
    return undefined;
  }
  const at = after(BLANKS, text, first) ?? first;
  // The kubelet's words for an object are its name in quotes, a space and a colon.
  const isKubelet = behind > end && sign === ":" && found.startsWith(" ");
  if (isKubelet && quoteAt(text, at) === undefined) {
    return undefined;
  }
  return { at, separator: separatorOf(sign, at > first) };
}

function separatorOf(sign: string, isSpaced: boolean): Separator {
  if (sign !== ":") {
    return "equals";
  }
  return isSpaced ? "colon-space" : "colon";
}

function valueOf(text: string, kind: Kind, at: number, separator: Separator): Span | undefined {
  if (at >= text.length || text[at] === "\n" || text[at] === "{") {
    return undefined;
  }
  if (kind === "cookie") {
    return cookiesAt(text, at);
  }
  if (kind === "login") {
    return loginAt(text, at);
  }
  const end = endOfValue(text, at, separator);
  const value = text.slice(at, end);
  if (value.length === 0 || EMPTY.test(value.slice(0, 40))) {
    return undefined;
  }
  if (kind === "vague" && /^(?:\d[\d.,]*$|\/)/.test(value)) {
    return undefined;
  }
  const scheme = text[end] === " " ? schemeOf(value) : undefined;
  if (scheme !== undefined) {
    return behindScheme(text, end, scheme);
  }
  if (isNoValue(value, separator)) {
    return undefined;
  }
  // A key or a token is no word of a sentence; a password may be.
  if (kind !== "password" && separator === "colon-space" && isSentence(text, value, end)) {
    return undefined;
  }
  return kind === "authorization" ? headerAt(text, at, end) : [at, end];
}

function isSentence(text: string, value: string, end: number): boolean {
  return /^[a-z]+$/.test(value) && / [a-z"]/.test(text.slice(end, end + 2));
}

function behindScheme(text: string, end: number, scheme: "short" | "long"): Span | undefined {
  const at = afterSpaces(text, end);
  const to = scheme === "long" ? endOfLine(text, at) : endOfValue(text, at, "space");
  return isNoValue(text.slice(at, to), "space") ? undefined : [at, to];
}

/** An unknown scheme and what follows it, unless that looks like a sentence. */
function headerAt(text: string, at: number, end: number): Span {
  const next = afterSpaces(text, end);
  const to = endOfBare(text, next, "space");
  const isScheme = next > end && /^[A-Za-z][\w-]{1,24}$/.test(text.slice(at, end));
  return isScheme && /\d|[A-Z]|.{20}/.test(text.slice(next, to)) ? [at, to] : [at, end];
}

function cookiesAt(text: string, at: number): Span | undefined {
  if (!text.slice(at, at + COOKIE).includes("=")) {
    return undefined;
  }
  const isWhole = quoteAt(text, at) !== undefined || text[at] === "[";
  const end = isWhole ? endOfValue(text, at, "equals") : endOfCookies(text, at);
  return text.slice(at, end).includes("=") ? [at, end] : undefined;
}

function argumentAt(text: string, behind: number): Span | undefined {
  const at = after(ARGUMENT, text, behind) ?? behind;
  if (at === behind || text[at] === "-" || at >= text.length) {
    return undefined;
  }
  const end = endOfValue(text, at, "space");
  return isNoValue(text.slice(at, end), "space") ? undefined : [at, end];
}

/** `PASSWORD 'x'` and `PASSWORD('x')`, as SQL and sentences have it; what else is quoted must look like a secret. */
function quotedBehind(text: string, end: number, kind: Kind): Span | undefined {
  const isCall = text[end] === "(" && text.slice(end - 8, end) === "PASSWORD";
  const quote = text[end] === " " || isCall ? quoteAt(text, end + 1) : undefined;
  if (quote === undefined) {
    return undefined;
  }
  const to = endOfQuoted(text, quote);
  return kind === "password" || isCredential(text.slice(quote.start, to - 1))
    ? [end + 1, to]
    : undefined;
}

/** `auth` is a login in Docker's files, and a word in others. */
function loginAt(text: string, at: number): Span | undefined {
  const from = quoteAt(text, at)?.start ?? at;
  const to = after(BASE64, text, from) ?? from;
  const value = text.slice(from, to);
  return isLogin(value) || isCredential(value) ? [from, to] : undefined;
}

/** Behind what a sticky pattern matches at a place. */
function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function afterSpaces(text: string, at: number): number {
  return after(SPACES, text, at) ?? at;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

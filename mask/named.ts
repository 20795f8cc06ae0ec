import { type Kind, kindOf } from "./names.ts";
import { endOfQuoted, quoteAt } from "./quotes.ts";
import { Redaction } from "./redaction.ts";
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

/** What stands between a name and its value, behind the quote and the bracket that the name may be in. */
const ASSIGNMENT = /[\])]{0,2}[ \t]{0,16}(=>|:=|={1,3}|:|%3[Aa]|%3[Dd])/y;

/** The value of a variable whose name was told before, as Kubernetes and Go tell them. */
const ELSEWHERE = /[,\s]{1,64}\\{0,16}["']?value\\{0,16}["']?[ \t]{0,4}[:=][ \t]{0,4}/iy;

/** `"--password", "x"` and `--password x`. */
const ARGUMENT = /[ \t]{0,4},?[ \t\n]{0,16}/y;

/** What follows `token ` and is none of a sentence's words. */
const CREDENTIAL = /^(?=.{0,256}\d)(?:[\w.~+/]{16,}=*|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;
const BEARER = /^(?:[\w.~+/-]{20,}|(?=.{0,64}\d)[\w.~+/-]{8,})=*$/;

/** Two quotes, and what was masked before. */
const EMPTY = /^(?:\\{0,16}(["'`])\\{0,16}\1|\*{3}[^\w*]{0,16})$/;

const BASE64 = /[\w+/-]+={0,2}/y;

/** Characters in which the name of a cookie ends. */
const COOKIE = 256;

/** Characters in front of a word that say how it is meant: parsers tell of tokens, too, and MySQL has `-ppassword`. */
const BEFORE = 80;
const SYNTAX = /\b(?:un|)expected $/i;
const MYSQL = /\b(?:mysql|mariadb|mysqldump|mysqladmin)\b[^|;&]*$/;

const LOGINS: ReadonlySet<string> = new Set(["-u", "--user", "-U", "--proxy-user"]);

/**
 * A text without the values that a name, a header, an option or a word before them marks. It goes from word to word, and
 * what it looks at behind a word is masked, or of a bounded length, or no word: that keeps it linear.
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
    const [from, to] = secretBehind(text, word, end, kinds.get(word)) ?? [end, end];
    redaction.mask(from, to);
    pattern.lastIndex = to;
  }
  return redaction.toString();
}

type Span = readonly [from: number, to: number];

function secretBehind(text: string, word: string, end: number, kind: Kind | undefined) {
  const joined = word.startsWith("-p") ? joinedIn(text, word, end) : undefined;
  const loose = joined ?? looseBehind(text, word, end);
  if (loose !== undefined || kind === undefined) {
    return loose;
  }
  if (SYNTAX.test(text.slice(Math.max(0, end - word.length - BEFORE), end - word.length))) {
    return undefined;
  }
  const closing = quoteAt(text, end);
  const behind = closing?.start ?? end;
  const assigned = assignedBehind(text, end - word.length, end, behind);
  if (assigned !== undefined) {
    return valueOf(text, kind, assigned.at, assigned.separator);
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
  return kind === "password" && closing === undefined ? quotedBehind(text, end) : undefined;
}

/** Where the value of a name begins, and how it is introduced. */
function assignedBehind(text: string, start: number, end: number, behind: number) {
  if (text[start - 1] === "<" && text[end] === ">") {
    return { at: end + 1, separator: "tag" as const };
  }
  ASSIGNMENT.lastIndex = behind;
  const [found, sign = ""] = ASSIGNMENT.exec(text) ?? [];
  if (found === undefined) {
    return undefined;
  }
  let at = behind + found.length;
  // A host, an image's tag, and what C++, Ruby and Rust write.
  if (sign === ":" && (text[at] === ":" || (text[start - 1] === "/" && text[at] !== " "))) {
    return undefined;
  }
  const first = at;
  while (text[at] === " " || text[at] === "\t") {
    at += 1;
  }
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
  return kind === "authorization" ? headerAt(text, at, end) : [at, end];
}

function behindScheme(text: string, end: number, scheme: "short" | "long"): Span | undefined {
  const at = afterSpaces(text, end);
  const to = scheme === "long" ? endOfLine(text, at) : endOfValue(text, at, "space");
  return isNoValue(text.slice(at, to), "space") ? undefined : [at, to];
}

/** An unknown scheme and what follows it, where that looks like no sentence. */
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

/** `PASSWORD 'x'`, as SQL and sentences have it. */
function quotedBehind(text: string, end: number): Span | undefined {
  const quote = text[end] === " " ? quoteAt(text, end + 1) : undefined;
  return quote === undefined ? undefined : [end + 1, endOfQuoted(text, quote)];
}

/** `-ppassword` behind the name of one of MySQL's programs. */
function joinedIn(text: string, word: string, end: number): Span | undefined {
  const start = end - word.length;
  const isJoined = word.length > 2 && MYSQL.test(text.slice(Math.max(0, start - BEFORE), start));
  return isJoined ? [start + 2, endOfBare(text, end, "space")] : undefined;
}

/** What words mark that are no names. */
function looseBehind(text: string, word: string, end: number): Span | undefined {
  if (word.length > 16 || text[end] !== " ") {
    return undefined;
  }
  const at = afterSpaces(text, end);
  const lower = word.toLowerCase();
  const next = () => text.slice(at, endOfBare(text, at, "space"));
  if (lower === "bearer" || lower === "basic" || lower === "token") {
    const value = next();
    const is = { bearer: BEARER.test(value), basic: isLogin(value), token: CREDENTIAL.test(value) };
    return is[lower] ? [at, at + value.length] : undefined;
  }
  if (LOGINS.has(word)) {
    const value = next();
    const colon = value.indexOf(":");
    const isNumbers = /^["']?\d+:\d+["']?$/.test(value);
    return colon < 0 || isNumbers ? undefined : [at + colon + 1, at + value.length];
  }
  if (word === "-p" && /\bsshpass $/.test(text.slice(Math.max(0, end - 11), end - 2))) {
    return [at, at + next().length];
  }
  if (lower === "by" && /identified $/i.test(text.slice(Math.max(0, end - 13), end - 2))) {
    return quotedBehind(text, end);
  }
  return undefined;
}

/** `auth` is a login in Docker's files, and a word in others. */
function loginAt(text: string, at: number): Span | undefined {
  const from = quoteAt(text, at)?.start ?? at;
  const to = after(BASE64, text, from) ?? from;
  const value = text.slice(from, to);
  return isLogin(value) || CREDENTIAL.test(value) ? [from, to] : undefined;
}

/** Behind what a sticky pattern takes at a place. */
function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function afterSpaces(text: string, at: number): number {
  let place = at;
  while (text[place] === " ") {
    place += 1;
  }
  return place;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

import { bracedAt, fieldOfObject } from "./braces.ts";
import { commandSecret } from "./commands.ts";
import { cookiesAt, headerAt, isVariableLogin, loginAt } from "./headers.ts";
import { isCredential, isHarmless, looseSecret } from "./looks.ts";
import { type Kind, kindOf, kindOfTwo } from "./names.ts";
import { blockBehind, cellBehind, columnBehind, pairBehind, taggedAt } from "./layouts.ts";
import { endOfQuoted, quoteAt } from "./quotes.ts";
import { Redaction, type Span } from "./redaction.ts";
import { endOfValue, isNoValue, schemeOf, type Separator } from "./values.ts";

const WORD = /[\w.-]+/g;

/** What separates a name from its value, behind the quote and the bracket that the name may be in. */
const ASSIGNMENT =
  /(?:&(?:quot|#34|#x22);|%22|(?:\[\w{0,16}\]|%5[Bb]\w{0,16}%5[Dd])(?=[ \t]{0,4}=)|[\])]{0,2})[ \t]{0,16}(=>|:=|={1,3}|::(?= )|:|%3[Aa]|%3[Dd]|&#61;)/y;

/** Words between a name and what separates it from its value: `password for bob:`, `password is:`, `unseal key 1:`. */
const BETWEEN =
  /(?: (?:for|of) [^\s:=]{1,64}(?=[ \t]{0,2}[:=])| (?:is|was|\d{1,2})(?=:)| (?:is|was|(?:re)?set to|changed to)(?= ["'`]))/iy;

/** A password in a sentence: it has letters and digits, and is no date, no time and no algorithm. */
const TOLD =
  / (?:is|was) (?!\d{4}-\d\d|\d{1,9}[a-z]{1,16}\b|(?:sha|md|base|utf|bcrypt|argon|pbkdf|scrypt|v)-?\d)(?=[^\s\d]{0,64}\d)(?=[^\sA-Za-z]{0,64}[A-Za-z])(?=[^\s"'`]{6})/iy;

/** Commands that store a setting whose name and value follow. */
const STORES = /\bconfig(?:ure)? set (?:--\w{1,16} )?$/i;

/** The value of a variable whose name came before, as Kubernetes and Go print them. */
const ELSEWHERE = /[,\s]{1,64}\\{0,16}["']?value\\{0,16}["']?[ \t]{0,4}[:=][ \t]{0,4}/iy;

/** `"--password", "x"` and `--password x`. */
const ARGUMENT = /[ \t]{0,4},?[ \t\n]{0,16}/y;

/** Two quotes, and what was masked before. */
const EMPTY = /^(?:\\{0,16}(["'`])\\{0,16}\1|\*{3}[^\w*]{0,16})$/;

const BLANKS = /[ \t]+/y;
const SPACES = / +/y;

/** Words that are no name of a value in a sentence, on a command line or in a table. */
const NAMES_ONLY: ReadonlySet<Kind> = new Set(["authorization", "cookie", "login"]);

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
  const start = end - word.length;
  const before = text.slice(Math.max(0, start - BEFORE), start);
  if (SYNTAX.test(before) || isHarmless(text, word, end)) {
    return undefined;
  }
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
  const pair = closing === undefined ? undefined : pairBehind(text, word, start, closing.start);
  if (pair !== undefined || NAMES_ONLY.has(kind)) {
    return pair;
  }
  const elsewhere = after(ELSEWHERE, text, behind);
  if (elsewhere !== undefined) {
    return valueOf(text, kind, elsewhere, "equals");
  }
  if (word.startsWith("-") || STORES.test(before)) {
    return argumentAt(text, behind);
  }
  return closing === undefined ? unmarkedBehind(text, word, end, kind, between) : undefined;
}

/** A value that only its place or its look marks. */
function unmarkedBehind(
  text: string,
  word: string,
  end: number,
  kind: Kind,
  between: number | undefined,
): Span | undefined {
  const told = kind === "password" ? after(TOLD, text, end) : undefined;
  if (told !== undefined) {
    return [told, endOfValue(text, told, "space")];
  }
  return (
    columnBehind(text, word, end) ??
    cellBehind(text, end - word.length, end) ??
    quotedBehind(text, between ?? end, kind)
  );
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
  if (at >= text.length || text[at] === "\n") {
    return undefined;
  }
  if (text[at] === "{") {
    const field = fieldOfObject(text, at);
    return field === undefined
      ? bracedAt(text, at, separator)
      : valueOf(text, kind, field, "equals");
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
  if (isNoValue(value, separator) || (kind === "variable" && !isVariableLogin(value))) {
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

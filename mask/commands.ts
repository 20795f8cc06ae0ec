import { endOfQuoted, quoteAt } from "./quotes.ts";
import type { Span } from "./redaction.ts";
import { endOfBare, endOfValue, isNoValue } from "./values.ts";
import { words } from "./words.ts";

/** Characters in front of a word that say what it means. */
const BEFORE = 96;

/** Short options that a password follows, by the programs that have them. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  "-p": /\b(?:sshpass|mongo|mongosh|mongodump|mongorestore|(?:docker|podman|az|registry|auth) login)\b[^|;&]*$/,
  "-a": /\bredis-cli\b[^|;&]*$/,
  "-w": /\bldap(?:search|modify|add|delete|whoami|passwd)\b[^|;&]*$/,
  "-k": /\bopenssl enc\b[^|;&]*$/,
  "-K": /\bopenssl enc\b[^|;&]*$/,
  "-P": /\b(?:sqlcmd|bcp)\b[^|;&]*$/,
};
const MYSQL = /\b(?:mysql|mariadb|mysqldump|mysqladmin)\b[^|;&]*$/;
const CURL = /\bcurl\b[^|;&]*$/;

/** Options that `user:password` follows. */
const LOGINS: ReadonlySet<string> = new Set(["-u", "--user", "-U", "--proxy-user"]);

/** What Redis and LDAP servers have in their files. */
const DIRECTIVES = words("requirepass masterauth bindpw rootpw");

/** What follows `"AUTH"` in what Redis monitors. */
const AUTH = /"(?: "(?:[^"\\\n]|\\.){0,256}"){1,2}/y;

/** What follows `AUTH` as Redis takes it: a password, or a user and one, until the end of the line. */
const TYPED =
  / (?:[\w.-]{1,64} )?((?=[^\s\d]{0,64}\d)(?=[^\sA-Za-z]{0,64}[A-Za-z])[^\s"'`]{6,256})(?=[ \t]{0,16}(?:\n|$))/y;
const MECHANISM = /^(?:cram|scram|xoauth|oauth|digest|ntlm|gssapi|anonymous|external)/i;
const HELLO = /\bhello [23] $/i;
const GREETED = / [^\s"'`]{1,64} ([^\s"'`]{1,256})/y;

/** What follows `LOGIN` as mail servers take it. */
const LOGIN = / (?:"(?:[^"\\\n]|\\.){0,128}"|[^\s"]{1,128}) ("(?:[^"\\\n]|\\.){1,256}")/y;

const IDENTIFIED = /\bidentified (?:with \S{1,64} )?$/i;

/** A secret behind a word of a command, of a server's file, or of SQL. */
export function commandSecret(text: string, word: string, end: number): Span | undefined {
  const start = end - word.length;
  const before = () => text.slice(Math.max(0, start - BEFORE), start);
  if (word.startsWith("-")) {
    return optionSecret(text, word, end, before);
  }
  if (word === "AUTH") {
    AUTH.lastIndex = end;
    return AUTH.test(text) ? [end + 2, AUTH.lastIndex] : typedSecret(text, end, before);
  }
  if (word === "LOGIN") {
    return groupAt(LOGIN, text, end);
  }
  if (text[end] !== " ") {
    return undefined;
  }
  const lower = word.toLowerCase();
  if (lower === "by") {
    const quote = quoteAt(text, end + 1);
    const isIts = quote !== undefined && IDENTIFIED.test(before());
    return isIts ? [end + 1, endOfQuoted(text, quote)] : undefined;
  }
  return DIRECTIVES.has(lower) ? nextWord(text, end) : undefined;
}

function typedSecret(text: string, end: number, before: () => string): Span | undefined {
  if (text[end] !== " ") {
    return undefined;
  }
  const span = groupAt(HELLO.test(before()) ? GREETED : TYPED, text, end);
  return span === undefined || MECHANISM.test(text.slice(...span)) ? undefined : span;
}

/** Where the group of a pattern is that ends with it. */
function groupAt(pattern: RegExp, text: string, at: number): Span | undefined {
  pattern.lastIndex = at;
  const [found, group = ""] = pattern.exec(text) ?? [];
  return found === undefined ? undefined : [at + found.length - group.length, at + found.length];
}

function optionSecret(
  text: string,
  word: string,
  end: number,
  before: () => string,
): Span | undefined {
  if (word.length > 2 && word.startsWith("-p") && MYSQL.test(before())) {
    return [end - word.length + 2, endOfBare(text, end, "space")];
  }
  const isLogin = LOGINS.has(word) && text[end] === " ";
  if (isLogin || (/^-u./.test(word) && text[end] === ":" && CURL.test(before()))) {
    return loginSecret(text, isLogin ? afterSpaces(text, end) : end);
  }
  if (text[end] !== " " || OPTIONS[word]?.test(before()) !== true) {
    return undefined;
  }
  const next = nextWord(text, end);
  return next !== undefined && /^\d+$/.test(text.slice(...next)) ? undefined : next;
}

/** What follows the colon; a port, or two numbers, are no login. */
function loginSecret(text: string, at: number): Span | undefined {
  const value = text.slice(at, endOfBare(text, at, "space"));
  const colon = value.indexOf(":");
  const isNumbers = /^["']?\d+:\d+["']?$/.test(value);
  return colon < 0 || isNumbers ? undefined : [at + colon + 1, at + value.length];
}

function nextWord(text: string, end: number): Span | undefined {
  const at = afterSpaces(text, end);
  const to = endOfValue(text, at, "space");
  return to === at || isNoValue(text.slice(at, to), "space") ? undefined : [at, to];
}

function afterSpaces(text: string, at: number): number {
  let place = at;
  while (text[place] === " ") {
    place += 1;
  }
  return place;
}

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
    return AUTH.test(text) ? [end + 2, AUTH.lastIndex] : undefined;
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

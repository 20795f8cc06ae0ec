import type { Span } from "./redaction.ts";

/** What begins a tag, before its name. */
const TAG = /<(?:[\w.-]{1,32}:)?$/;

/** The rest of a tag behind its name, or behind the name that one of its attributes has. */
const REST = /(?:["'])?(?:\s[^<>\n]{0,200})?>/y;

/** Names of variables. */
const VARIABLE = /^[A-Z][A-Z\d]*_[A-Z\d_]*$/;
const COLUMN =
  /[ \t]{1,64}((?=[^\s\d]{0,64}\d)(?=[^\sA-Za-z]{0,64}[A-Za-z])[^\s"'`]{6,256})(?!\S)/y;

/** The next cell of a table: a password has letters and digits, a type or a date is none. */
const CELL =
  /(?:\t{1,4}| {1,64}\| {1,16})((?!\d{4}-)(?=[^\s\d]{0,64}\d)(?=[^\sA-Za-z]{0,64}[A-Za-z])[^\s"'`()|]{6,256})(?=[ \t\n]|$)/y;
const FIRST_CELL = /(?:^|\n|\|)[ \t]{0,16}$/;

/** The next text of a list. */
const NEXT = /,[ \t\n]{0,16}(["'])((?:[^"'\\\n]|\\.){1,512})\1(?=[ \t\n]{0,16}([\]),]))/y;
const HEADER = /^[A-Za-z]{1,16}(?:-[A-Za-z\d]{1,16}){1,8}$/;
const NO_NAME = /[^A-Za-z_. -]/;

/** Characters in front of a name in which its tag may begin. */
const BEFORE = 200;

/** What begins a block of YAML, in which the value is. */
const BLOCK = /[|>][+\-\d]{0,2}[ \t]{0,16}\n/y;

/** The text of a tag of this name, or of one that an attribute gives this name. */
export function taggedAt(text: string, start: number, end: number): Span | undefined {
  REST.lastIndex = end;
  if (text[start - 1] === " " || !REST.test(text)) {
    return undefined;
  }
  const from = REST.lastIndex;
  const before = text.slice(Math.max(0, start - BEFORE), start);
  const isQuoted = text[end] === '"' || text[end] === "'";
  const isTag = isQuoted ? /<\w[^<>\n]*=["'][\w.-]*$/.test(before) : TAG.test(before);
  if (!isTag || text[from - 2] === "/") {
    return undefined;
  }
  let to = from;
  while (to < text.length && text[to] !== "<" && text[to] !== "\n") {
    to += 1;
  }
  return to > from && text.startsWith("</", to) ? [from, to] : undefined;
}

/** What stands behind the name of a variable, as in a table, and has letters and digits. */
export function columnBehind(text: string, word: string, end: number): Span | undefined {
  COLUMN.lastIndex = end;
  const [column, value = ""] = (VARIABLE.test(word) && COLUMN.exec(text)) || [];
  return column === undefined
    ? undefined
    : [end + column.length - value.length, end + column.length];
}

/** What stands behind a name in a table's row that begins with it, and looks like a secret. */
export function cellBehind(text: string, start: number, end: number): Span | undefined {
  CELL.lastIndex = end;
  const [cell, value = ""] = CELL.exec(text) ?? [];
  return cell === undefined || !FIRST_CELL.test(text.slice(Math.max(0, start - 20), start))
    ? undefined
    : [end + cell.length - value.length, end + cell.length];
}

/** The value behind a name in quotes: a pair of its own, or a list of headers and their values. Lists of names are none. */
export function pairBehind(
  text: string,
  word: string,
  start: number,
  behind: number,
): Span | undefined {
  NEXT.lastIndex = behind;
  const [next, , value = "", close = ""] = NEXT.exec(text) ?? [];
  if (next === undefined || !NO_NAME.test(value) || HEADER.test(value)) {
    return undefined;
  }
  const isPair = /[[(]/.test(text.charAt(start - 2)) && /[\])]/.test(close);
  const isHeader = HEADER.test(word) || /^(?:authorization|cookie)$/i.test(word);
  const end = behind + next.length;
  return isPair || (isHeader && /[\d= ]/.test(value)) ? [end - value.length - 2, end] : undefined;
}

/** The lines of a block that begins where the value of a name would be. */
export function blockBehind(text: string, start: number, at: number): Span | undefined {
  BLOCK.lastIndex = at;
  if (!BLOCK.test(text)) {
    return undefined;
  }
  const first = BLOCK.lastIndex;
  const indent = indentAt(text, text.lastIndexOf("\n", start) + 1);
  let end = first;
  for (let line = first; line < text.length;) {
    const next = text.indexOf("\n", line);
    const stop = next < 0 ? text.length : next;
    const isBlank = text.slice(line, stop).trim() === "";
    if (!isBlank && indentAt(text, line) <= indent) {
      break;
    }
    end = isBlank ? end : stop;
    line = stop + 1;
  }
  return end > first ? [first + indentAt(text, first), end] : undefined;
}

function indentAt(text: string, line: number): number {
  let place = line;
  while (text[place] === " ") {
    place += 1;
  }
  return place - line;
}

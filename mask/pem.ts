import { Redaction } from "./redaction.ts";

const BEGIN = "-----BEGIN ";
const END = "-----END ";

/** The longest label of a block. */
const LABEL = 64;

/** The longest line of a block's body. */
const LINE = 256;

/** One line of the body of a block, also between `\n` written as two characters. */
const BODY = /^[\s"'|]*[A-Za-z0-9+/=]{16,}[\s"',]*$/;
const RUN = /[A-Za-z0-9+/=]{16}/;
const HEADER = /^[\s"'|]*(?:Proc-Type|DEK-Info|Version|Comment|Hash): /;

/**
 * A text without the bodies of PEM blocks, over lines and in one. Of a block whose beginning or end was cut away the
 * lines that look like its body go.
 */
export function withoutPem(text: string): string {
  const redaction = new Redaction(text);
  let begin = text.indexOf(BEGIN);
  let end = text.indexOf(END);
  while (begin >= 0 || end >= 0) {
    if (begin < 0 || (end >= 0 && end < begin)) {
      redaction.mask(bodyBefore(text, redaction.end, end), end);
      end = text.indexOf(END, end + END.length);
    } else {
      const head = headOf(text, begin, end);
      const stop = end < 0 ? bodyAfter(text, head) : end;
      redaction.mask(head, stop);
      begin = text.indexOf(BEGIN, Math.max(head, stop));
      end = end < 0 ? end : text.indexOf(END, end + END.length);
    }
  }
  return redaction.toString();
}

/** Where the line that begins a block ends. */
function headOf(text: string, begin: number, end: number): number {
  const label = begin + BEGIN.length;
  const dashes = text.slice(label, label + LABEL).indexOf("-----");
  const head = dashes < 0 ? label : label + dashes + 5;
  return end < 0 ? head : Math.min(head, end);
}

/** Where the body ends of a block without an end. */
function bodyAfter(text: string, head: number): number {
  const [line = ""] = text.slice(head, head + LINE).split("\n", 1);
  // A sentence about a block has none.
  if (line.trim() !== "" && !RUN.test(line)) {
    return head;
  }
  const lineEnd = text.indexOf("\n", head);
  if (lineEnd < 0) {
    return text.length;
  }
  let cursor = lineEnd;
  while (cursor < text.length) {
    const next = text.indexOf("\n", cursor + 1);
    const end = next < 0 ? text.length : next;
    const line = text.slice(cursor + 1, end);
    if (line.trim() !== "" && !isBody(line)) {
      break;
    }
    cursor = end;
  }
  return cursor;
}

/** Where the body begins of a block without a beginning, not before a place. */
function bodyBefore(text: string, first: number, end: number): number {
  let start = end;
  while (start > first) {
    const earliest = Math.max(first, start - LINE);
    const from = earliest + text.slice(earliest, start - 1).lastIndexOf("\n") + 1;
    if (!isBody(text.slice(from, start))) {
      break;
    }
    start = from;
  }
  return start;
}

function isBody(line: string): boolean {
  return BODY.test(line) || HEADER.test(line);
}

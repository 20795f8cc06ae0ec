import { Redaction, type Span } from "./redaction.ts";
import { words } from "./words.ts";

/** What is between spaces: a password can be in it. */
const RUN = /\S+/g;

/** Words before a colon that name an address, a package or a file, not a user. */
const LABELS = words(`
  mailto email e-mail mail from to cc bcc sender recipient author committer owner contact by xmpp sip sips acct
  npm pkg package workspace git image error warning warn info debug fatal at on file
`);

/** A port, and what can follow one. */
const PORT = /^\d{1,5}(?![^/?#"'`,;)\]}>|&\\.])/;

/** What a password in front of an `@` is not followed by: a digest, a version, the place of a stack frame. */
const NO_HOST =
  /^(?:v?\d+\.\d+(?:\.\d+)?(?![\d.])|\d+(?![\d.])|[a-z][a-z+.-]{1,9}:\/\/|[^A-Za-z0-9[(_])/;

/** What follows the `@` of an image's reference. */
const DIGEST = /^sha\d+:/;

const CLASS = /[\w.%+-]/;

/** Characters in front of an address that may name it. */
const BEFORE = 24;

/** The longest name of a user that is read. */
const USER = 64;

/** Places in a run at which a user may stand. */
const LOOKS = 32;

/** A user that is a token by its look. */
const TOKEN_USER = /^(?=[^\d]{0,200}\d)[\w.~-]{20,}$/;

/** What makes a user a key: the name in front of its address, or the host behind it. */
const DSN = /dsn\\{0,16}["']?(?:[=:]|:?\s?=>)\s?\\{0,16}["']?https?:\/\/$/i;
const SENTRY = /^@(?:[\w-]{1,64}\.){0,8}sentry\.io\b/i;

/** A text without the passwords in `scheme://user:password@host` and in `user:password@host`, up to the last `@`. */
export function withoutUserInfo(text: string): string {
  if (!text.includes("@")) {
    return text;
  }
  const redaction = new Redaction(text);
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const last = run.lastIndexOf("@");
    if (last > 0) {
      const before = text.slice(Math.max(0, index - BEFORE), index);
      for (const [from, to] of run.includes("://") ? inUrls(run, last, before) : bare(run, last)) {
        redaction.mask(index + from, index + to);
      }
    }
  }
  return redaction.toString();
}

function inUrls(run: string, last: number, before: string): Span[] {
  const spans: Span[] = [];
  for (let at = run.indexOf("://"); at >= 0 && at < last;) {
    const user = at + 3;
    const stop = endOfUser(run, user);
    const span =
      run[stop] === ":"
        ? passwordAt(run, stop + 1, last)
        : (keyAt(run, user, stop, before) ?? behindUser(run, user, stop, last));
    if (span !== undefined) {
      spans.push(span);
    }
    at = run.indexOf("://", span?.[1] ?? user);
  }
  return spans;
}

function endOfUser(run: string, from: number): number {
  let stop = from;
  while (stop < run.length && !":/?#@[\"'<>,".includes(run.charAt(stop))) {
    stop += 1;
  }
  return stop;
}

/** A user that is the key of an address for error reports. */
function keyAt(run: string, from: number, stop: number, before: string): Span | undefined {
  const named = before + run.slice(Math.max(0, from - 2 * BEFORE), from);
  const isKey =
    run[stop] === "@" && (DSN.test(named) || SENTRY.test(run.slice(stop, stop + BEFORE * 6)));
  return isKey && stop > from ? [from, stop] : undefined;
}

/** A user that is a token, or an address of mail, whose password follows. */
function behindUser(run: string, user: number, stop: number, last: number): Span | undefined {
  const colon = run[stop] === "@" ? endOfUser(run, stop + 1) : -1;
  const span = run[colon] === ":" && colon < last ? passwordAt(run, colon + 1, last) : undefined;
  return span !== undefined && !run.slice(...span).includes("/") ? span : tokenAt(run, user, stop);
}

function tokenAt(run: string, from: number, stop: number): Span | undefined {
  return run[stop] === "@" && TOKEN_USER.test(run.slice(from, Math.min(stop, from + 200)))
    ? [from, stop]
    : undefined;
}

function passwordAt(run: string, from: number, last: number): Span | undefined {
  const isPort = PORT.test(run.slice(from, from + 6));
  if (from >= last || isPort || DIGEST.test(run.slice(last + 1, last + 9))) {
    return undefined;
  }
  const quote = run.indexOf('"', from);
  const inQuotes = quote < 0 ? -1 : run.lastIndexOf("@", quote);
  return [from, inQuotes > from ? inQuotes : last];
}

function bare(run: string, last: number): Span[] {
  let colon = run.indexOf(":");
  for (let looks = 0; looks < LOOKS && colon >= 0 && colon < last - 1; looks += 1) {
    const span = isUser(run, colon) ? passwordAt(run, colon + 1, last) : undefined;
    if (
      span !== undefined &&
      !/^[\d:.]*$/.test(run.slice(colon + 1, Math.min(span[1], colon + USER)))
    ) {
      return NO_HOST.test(run.slice(span[1] + 1, span[1] + USER)) ? [] : [span];
    }
    colon = run.indexOf(":", colon + 1);
  }
  return [];
}

function isUser(run: string, colon: number): boolean {
  let from = colon;
  while (from > 0 && colon - from < USER && CLASS.test(run.charAt(from - 1))) {
    from -= 1;
  }
  const user = run.slice(from, colon).toLowerCase();
  return user !== "" && !/^\d+$/.test(user) && !LABELS.has(user) && run[from - 1] !== "/";
}

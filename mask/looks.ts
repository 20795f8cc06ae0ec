import type { Kind } from "./names.ts";
import type { Span } from "./redaction.ts";
import { endOfBare, isLogin } from "./values.ts";

/** What follows `token ` and is not a word of a sentence. */
const CREDENTIAL = /^(?=.{0,256}\d)(?:[\w.~+/]{16,}=*|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;
const BEARER = /^(?:[\w.~+/-]{20,}|(?=.{0,64}\d)[\w.~+/-]{8,})=*$/;

/** What `API key `, `bearer ` and the like are followed by. */
const LOOKS: Readonly<Record<string, (value: string) => boolean>> = {
  bearer: (value) => BEARER.test(value),
  basic: isLogin,
  token: isCredential,
  key: isCredential,
};

/** What ends a test's line: `PASS: TestLogin (0.01s)`. */
const PASSED = /:[ \t]{1,4}(?:[Tt]est|\S{1,200} \(\d)/y;

/** What a promotion writes of a gate: `pass for <digest>; …`, `pass of <time>, …`. A sign that gives a value would follow otherwise. */
const GATE_PASSED =
  / (?:for sha256:[\da-f]{64}|of \d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))(?=[,;]? )/y;

/** A Secret by its namespace and name. */
const REFERENCE = /: [a-z\d][a-z\d.-]{0,252}\/[a-z\d][a-z\d.-]{0,252}(?=[\s,;)]|$)/y;

/** Whether a value is long and has a digit, or is a UUID. */
export function isCredential(value: string): boolean {
  return CREDENTIAL.test(value);
}

/** What follows a word that is not a name, such as `bearer`, if it looks like that. */
export function looseSecret(
  text: string,
  word: string,
  end: number,
  kind: Kind | undefined,
): Span | undefined {
  const lower = word.length > 8 || text[end] !== " " ? "" : word.toLowerCase();
  const looks = Object.hasOwn(LOOKS, lower) ? LOOKS[lower] : undefined;
  if (looks === undefined || (lower === "key" && kind === undefined)) {
    return undefined;
  }
  let at = end;
  while (text[at] === " ") {
    at += 1;
  }
  const value = text.slice(at, endOfBare(text, at, "space"));
  return looks(value) ? [at, at + value.length] : undefined;
}

/** Whether what follows a word is what tests, Kubernetes and promotions write, and no secret. */
export function isHarmless(text: string, word: string, end: number): boolean {
  const pattern = harmlessBehind(word);
  if (pattern === undefined) {
    return false;
  }
  pattern.lastIndex = end;
  return pattern.test(text);
}

function harmlessBehind(word: string): RegExp | undefined {
  switch (word) {
    case "PASS":
      return PASSED;
    case "pass":
      return GATE_PASSED;
    default:
      return word.toLowerCase() === "secret" ? REFERENCE : undefined;
  }
}

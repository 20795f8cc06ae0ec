import type { Span } from "./redaction.ts";
import { endOfBare, type Separator } from "./values.ts";

/** What begins an object, or what a template fills: not a value that begins with a brace. */
const OBJECT =
  /\{(?:[\s{}[<"'`\\]|$|[\w.$@-]{1,64}["'`]?\s{0,4}(?:=|:)|[A-Za-z_][A-Za-z_.-]{0,64}\}(?![;\w]|\}[^\s"'])|\d{1,2}\})/y;

/** A value in braces, as ODBC and JDBC quote it. */
const BRACED = /\{(?:[^{},\n]|\}\}){1,256}\}(?!\})/y;

/** The value of an object that says more of it, such as `{"sensitive": true, "value": "x"}`. */
const FIELD =
  /\{(?:[^{}]{0,160}[\s,{])??\s{0,16}\\{0,16}["']?value\\{0,16}["']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}/y;

/** A value that begins with a brace; none if that begins an object. */
export function bracedAt(text: string, at: number, separator: Separator): Span | undefined {
  OBJECT.lastIndex = at;
  if (separator !== "equals" || OBJECT.test(text)) {
    return undefined;
  }
  BRACED.lastIndex = at;
  const bare = endOfBare(text, at, separator);
  return [at, BRACED.test(text) ? Math.max(bare, BRACED.lastIndex) : bare];
}

/** Where the value of an object begins that has it in a field of that name. */
export function fieldOfObject(text: string, at: number): number | undefined {
  FIELD.lastIndex = at;
  return FIELD.test(text) ? FIELD.lastIndex : undefined;
}

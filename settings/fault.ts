import type { z } from "zod";

import { remedyFor } from "./kubernetes-words.ts";
import { fieldsOf, type Mapping, mapping } from "./mapping.ts";

/** One thing that is wrong in the settings. */
export interface Fault {
  /** Where: the names of the keys on the way to it. */
  readonly path: readonly PropertyKey[];
  /** What was found, what is allowed, and what to do. */
  readonly text: string;
}

const LONGEST_VALUE = 80;

/** More keys than these nobody reads in a line. */
const MOST_KEYS = 24;
const SHOWN_KEYS = 8;

/** What a union says of which the faults within its forms are reported. */
export const WITHIN = "within";

/** A fault of one value: what was found and what is allowed, with the remedy. */
export function got(value: unknown, allowed: string): string {
  if (value === undefined || value === "") {
    return `missing; ${allowed}`;
  }
  const shown = JSON.stringify(value);
  return `got ${shown.length > LONGEST_VALUE ? `${shown.slice(0, LONGEST_VALUE)}…` : shown}; ${allowed}`;
}

/** One fault if the condition holds, none otherwise. */
export function faultIf(holds: boolean, path: Fault["path"], text: string): Fault[] {
  return holds ? [{ path, text }] : [];
}

/** The faults of what is at `path`, with that path before their own. */
export function under(path: Fault["path"], faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
}

/** The same text for the same place: a schema has the places of a list as numbers, others may have them as strings. */
export function placeOf({ path }: Pick<Fault, "path">): string {
  return path.map((key) => `\0${String(key)}`).join("");
}

/** The faults that a schema found, in Slipway's words. */
export function faultsOf(error: z.ZodError | undefined): Fault[] {
  const found = faultsIn(error?.issues ?? []);
  // An empty string is neither a list, nor one with something in it.
  const firsts = new Map(found.toReversed().map((fault) => [placeOf(fault), fault]));
  return found.filter((fault) => firsts.get(placeOf(fault)) === fault);
}

/** Faults but those of what is missing in something that has another form as a whole: of that, nothing can be said. */
export function besides(shapes: readonly Fault[], faults: readonly Fault[], raw: Mapping): Fault[] {
  const whole = shapes.filter(({ path }) => {
    return mapping(path.reduce<unknown>((at, key) => fieldsOf(at)[String(key)], raw)) === undefined;
  });
  const known = new Set(whole.map(placeOf));
  return faults.filter(({ path }) =>
    path.every((_, index) => !known.has(placeOf({ path: path.slice(0, index) }))),
  );
}

function faultsIn(issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code === "invalid_union" && message === WITHIN) {
      return under(path, faultsIn(meantBy(issue.errors)));
    }
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [...path, key],
        text: unknownKey(key, message.split(", ")),
      }));
    }
    if (issue.code === "invalid_key") {
      return { path, text: got(path.at(-1), issue.issues[0]?.message ?? message) };
    }
    // A check that needed words of its own has put the value into them.
    const isWhole = issue.code === "custom" && !message.startsWith("allowed: ");
    return { path, text: isWhole ? message : got(issue.input, message) };
  });
}

/** Codes of issues that say that a value is of another form. */
const OTHER_FORM: ReadonlySet<string> = new Set(["invalid_type", "invalid_union", "invalid_value"]);

/** The issues of the form that was meant: of the others the value itself is none. */
function meantBy(forms: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const meant = forms.find((issues) =>
    issues.every(({ code, path }) => path.length > 0 || !OTHER_FORM.has(code)),
  );
  return meant ?? forms[0] ?? [];
}

/** The line that a person reads: `slipway:services.shop.port: got 99999; allowed: …`. */
export function faultLine({ path, text }: Fault): string {
  const [first, ...rest] = path.map(String);
  const steps = rest.map((key) =>
    /^[\w-]+$/.test(key) ? (/^\d+$/.test(key) ? `[${key}]` : `.${key}`) : `["${key}"]`,
  );
  return seen(`slipway:${first ?? ""}${steps.join("")}: ${text}`);
}

/** With what is not seen, or turns what is around it, as JSON writes it: settings may be those of a pull request. */
function seen(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => NAMED[character] ?? escaped(character),
  );
}

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** The text of a fault: an unknown key, with the key that may be meant. Of many keys it has those that are most alike. */
export function unknownKey(key: string, known: readonly string[], remedy = "remove it"): string {
  const alike = known
    .map((candidate) => ({
      candidate,
      edits: distance(key.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((one, other) => one.edits - other.edits);
  const nearest = alike.find(({ candidate, edits }) => edits <= Math.max(1, candidate.length / 3));
  const hint =
    nearest === undefined ? remedyFor(key, known, remedy) : `did you mean ${nearest.candidate}?`;
  const shown = known.length > MOST_KEYS ? fewOf(alike, known.length) : known.join(", ");
  return `unknown key; allowed: ${shown}; ${hint}`;
}

function fewOf(alike: readonly { readonly candidate: string }[], length: number): string {
  const few = alike.slice(0, SHOWN_KEYS).map(({ candidate }) => candidate);
  return `${few.join(", ")} and ${length - SHOWN_KEYS} more, which docs/settings.md lists`;
}

/** Number of letters to change, insert or remove on the way from one word to another. */
function distance(from: string, to: string): number {
  const first = Array.from({ length: to.length + 1 }, (_, column) => column);
  const last = Array.from(from).reduce((above, letter, row) => {
    const line = [row + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    return line;
  }, first);
  return last.at(-1) ?? 0;
}

import type { PassedGate } from "../contract/passed-gate.ts";
import { code } from "./markdown.ts";
import { onOneLine } from "./words.ts";

/** A service, with the gates that its image has passed. */
export interface Gated {
  /** @default - none was asked for */
  readonly gates?: readonly PassedGate[];
}

/** From when on it is said that a gate runs out, at most. */
const NOTICE_HOURS = 48;

/** What part of its time is left then, at most. */
const PART = 1 / 4;

const HOUR_MILLISECONDS = 3_600_000;
const DAY_HOURS = 24;

/** The gates that an image has passed, a line of Markdown each. */
export function gateLines(name: string, { gates = [] }: Gated): string[] {
  return gates.map((gate) => `- ${code(name)} has passed ${gateWords(gate, code)}`);
}

/** A gate in words, its own texts as `show` shows them. */
export function gateWords(
  { name, at, by, signedBy, until }: PassedGate,
  show: (text: string) => string = (text) => text,
): string {
  return [
    show(name),
    ...(by === undefined ? [] : [`by ${show(by)}`]),
    ...(at === null ? [] : [`at ${show(at)}`]),
    ...(signedBy === undefined ? [] : [`signed by ${show(signedBy)}`]),
    ...(until === undefined ? [] : [`until ${show(until)}`]),
  ].join(", ");
}

/** Which gates are about to run out, or have, as of the last up; a line each. */
export function endingGates({ gates = [] }: Gated, now: number): string[] {
  return gates.flatMap(({ name, at, until }) => {
    if (until === undefined) {
      return [];
    }
    const left = Date.parse(until) - now;
    const whole = at === null ? Infinity : Date.parse(until) - Date.parse(at);
    const notice = Math.min(NOTICE_HOURS * HOUR_MILLISECONDS, whole * PART);
    return left > notice
      ? []
      : [
          `its gate ${onOneLine(name)} ${left > 0 ? `runs out in ${leftWords(left)}` : "has run out"} (${onOneLine(until)}), as of the last up; pass it again before the next one`,
        ];
  });
}

function leftWords(milliseconds: number): string {
  const hours = Math.floor(milliseconds / HOUR_MILLISECONDS);
  if (hours >= DAY_HOURS) {
    return `${Math.floor(hours / DAY_HOURS)} d`;
  }
  return hours > 0 ? `${hours} h` : `${Math.floor(milliseconds / 60_000)} min`;
}

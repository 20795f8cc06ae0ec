import { plain } from "../../mask/plain.ts";
import { isMapping } from "./mapping.ts";

/** One thing in a state that the program never wrote. */
export interface Finding {
  /** Of the resource, or the field of the state that it is about. */
  readonly at: string;
  /** What is there, what is allowed, and what to do. */
  readonly text: string;
}

const LONGEST_VALUE = 120;
const LONGEST_PLACE = 300;

/** Lists all findings of a state, from nothing more than what stands there. */
export type Findings = (text: string) => Finding[];

/** What finds something at one place. */
export function findingsAt(at: string): Findings {
  return (text) => [{ at: shortened(plain(at), LONGEST_PLACE), text }];
}

/** A value of the state as a message may have it: nobody knows who wrote it. */
export function shown(value: unknown): string {
  return value === undefined ? "nothing" : shortened(plain(jsonOf(value)), LONGEST_VALUE);
}

function jsonOf(value: unknown): string {
  return isMapping(value)
    ? `{${Object.keys(value).slice(0, LONGEST_VALUE).join(", ")}}`
    : JSON.stringify(value);
}

function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

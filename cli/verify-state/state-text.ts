import { badInput } from "../exit-code.ts";
import { isMapping } from "./mapping.ts";

/** More than a stack with a thousand services has. */
const LONGEST_TEXT = 64 * 1024 * 1024;
/** More than any object of Kubernetes has. */
const DEEPEST = 200;

const REMEDY = "give what pulumi stack export prints";

/**
 * Reads the text of a state as data.
 *
 * The engine and Node disagree on a key that is there twice: Node takes the second value, the engine mixes both.
 *
 * @throws CommandFailure if the text is not JSON, too long, too deep, or has a key twice
 */
export function parseStateText(text: string): unknown {
  if (text.length > LONGEST_TEXT) {
    throw badInput(`state: got ${text.length} characters; allowed: ${LONGEST_TEXT}; ${REMEDY}`);
  }
  const state = parsed(text);
  if (keysIn(state) !== keysWritten(text)) {
    throw badInput(
      "state: an object in it has the same key twice; allowed: each key once, as the engine writes it; restore the last good state (docs/state.md)",
    );
  }
  return state;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badInput(`state: is not JSON; ${REMEDY}`);
  }
}

function keysIn(state: unknown): number {
  let keys = 0;
  let level: unknown[] = [state];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) {
      throw badInput(
        `state: is deeper than ${DEEPEST} levels; allowed: what the engine writes; restore the last good state (docs/state.md)`,
      );
    }
    level = level.flatMap((value) => {
      const inner: unknown[] = isMapping(value) || Array.isArray(value) ? Object.values(value) : [];
      keys += isMapping(value) ? inner.length : 0;
      return inner;
    });
  }
  return keys;
}

/** How many strings of a JSON text stand before a colon. */
function keysWritten(text: string): number {
  let keys = 0;
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', start)) {
    let end = start + 1;
    while (text[end] !== '"') {
      end += text[end] === "\\" ? 2 : 1;
    }
    start = end + 1;
    while (
      text[start] === " " ||
      text[start] === "\n" ||
      text[start] === "\t" ||
      text[start] === "\r"
    ) {
      start += 1;
    }
    keys += text[start] === ":" ? 1 : 0;
  }
  return keys;
}

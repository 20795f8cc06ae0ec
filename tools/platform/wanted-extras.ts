import { InvalidArgumentError } from "commander";
import { type Extra, EXTRAS, extras } from "./additions.ts";

/**
 * Reads the names of an option that may be given more than once, with blanks or commas between names.
 * @param before what it was given already
 * @throws If a name is unknown.
 */
export function wantedExtras(value: string, before: readonly Extra[] = []): Extra[] {
  const names = value.split(",").filter((name) => name !== "");
  const known = names.filter(isExtra);
  if (known.length < names.length || known.length === 0) {
    throw new InvalidArgumentError(`allowed: ${EXTRAS.join(", ")}, with commas between them`);
  }
  return [...new Set([...before, ...known])];
}

function isExtra(name: string): name is Extra {
  return Object.hasOwn(extras, name);
}

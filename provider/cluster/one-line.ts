import { plain } from "../../mask/plain.ts";

/** Enough for the cause, which is at the beginning. */
const CHARACTERS = 300;

/** A text of the cluster on one line, and not too long to be read. */
export function oneLine(text: string, characters = CHARACTERS): string {
  const start = plain(text.slice(0, 2 * characters))
    .replaceAll(/\s+/g, " ")
    .trim();
  return start.length > characters ? `${start.slice(0, characters)}…` : start;
}

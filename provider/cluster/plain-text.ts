/** Enough for the cause, which is at the beginning. */
const CHARACTERS = 300;

/** A text of the cluster on one line, without what a terminal would act on, and not too long to be read. */
export function plainText(text: string): string {
  const start = text.slice(0, 2 * CHARACTERS).replaceAll(/[\p{C}\s]+/gu, " ");
  return start.length > CHARACTERS ? `${start.slice(0, CHARACTERS)}…` : start.trim();
}

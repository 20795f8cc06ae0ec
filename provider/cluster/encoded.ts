/**
 * JSON as the API server writes it: a JSON patch that tests a value is held to that byte by byte.
 *
 * @see https://pkg.go.dev/encoding/json#HTMLEscape
 */
export function encoded(content: unknown): string {
  return JSON.stringify(content).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

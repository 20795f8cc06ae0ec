import { jsonpath } from "json-p3";

/** A JSONPath as in RFC 9535: kubectl's form has braces around it, and need not begin with `$`. */
function standard(path: string): string {
  const bare = /^\{(.*)\}$/s.exec(path.trim())?.[1] ?? path.trim();
  return bare.startsWith("$") ? bare : `$${/^[.[]/.test(bare) ? "" : "."}${bare}`;
}

/**
 * The values that a path finds in an object.
 * @throws Error for an invalid path: see `pathFault`
 */
export function valuesAt(path: string, object: object): unknown[] {
  const json = object as Parameters<typeof jsonpath.query>[1];
  return jsonpath.query(standard(path), json).values();
}

/** What is wrong with a path, undefined for a valid one. Nothing in a path is ever run as code. */
export function pathFault(path: string): string | undefined {
  try {
    jsonpath.compile(standard(path));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

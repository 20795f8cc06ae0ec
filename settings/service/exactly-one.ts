import { type Fault, got } from "../fault.ts";
import type { Mapping } from "../mapping.ts";

/** A fault of a mapping that has none of these keys, or more than one. */
export function exactlyOne(fields: Mapping, keys: readonly string[]): Fault[] {
  const own = keys.filter((key) => key in fields);
  const allowed = `allowed: one of ${keys.join(", ")}`;
  if (own.length === 0) {
    return [{ path: [], text: `missing; ${allowed}` }];
  }
  return own.length > 1 ? [{ path: [], text: got(fields, `${allowed}; remove the others`) }] : [];
}

import { literal } from "./policy.ts";

/** A field of the object as it was, or what is given if it is new. */
export function before(path: string, otherwise: string): string {
  return `(oldObject == null ? ${otherwise} : oldObject.${path}.orValue(${otherwise}))`;
}

/** Whether each key `k` of a mapping meets a demand, or was there before with the same value. */
export function eachKey(path: string, demand: string): string {
  const mapping = `object.${path}.orValue({})`;
  const was = before(path, "{}");
  return `${mapping}.all(k, ${demand} || (k in ${was} && ${was}[k] == ${mapping}[k]))`;
}

/** Whether a key `k` begins with one of these. */
export function beginsWith(prefixes: readonly string[]): string {
  return `${literal(prefixes)}.exists(p, k.startsWith(p))`;
}

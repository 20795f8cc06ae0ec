/** A value as an expression of CEL has it: strings, numbers, lists and mappings are written as in JSON. */
export function literal(value: unknown): string {
  return JSON.stringify(value);
}

/** The faults of those in a list that do what they must not, as a list of strings; both are expressions of `c`. */
export function faultOf(list: string, does: string, fault: string): string {
  return `${list}.filter(c, ${does}).map(c, ${fault})`;
}

/** One fault if something holds, none otherwise. */
export function faultIf(holds: string, fault: string): string {
  return `((${holds}) ? [${fault}] : [])`;
}

/** All of these lists as one. */
export function together(lists: readonly string[]): string {
  return lists.length === 0 ? "[]" : lists.join(" + ");
}

/** A string that stands in quotes in a fault. */
export function quoted(expression: string): string {
  return `"\\"" + ${expression} + "\\""`;
}

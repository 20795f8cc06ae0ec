import { SUFFIXES } from "../../../contract/quantity.ts";

/** Fields of quantities by name, as in `requests.cpu`, and fields that are one. */
const QUANTITIES: ReadonlySet<unknown> = new Set([
  "capacity",
  "default",
  "defaultRequest",
  "hard",
  "limits",
  "max",
  "min",
  "overhead",
  "requests",
]);
const QUANTITY: ReadonlySet<unknown> = new Set(["averageValue", "divisor", "sizeLimit"]);

/** Whether the API server keeps a quantity at these keys of an object, in its own way of writing. */
export function isQuantity(keys: readonly string[]): boolean {
  return QUANTITIES.has(keys.at(-2)) || QUANTITY.has(keys.at(-1));
}

/**
 * Whether two values are one quantity in two ways of writing: `1000m` and `1`.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function isSameQuantity(one: unknown, other: unknown): boolean {
  const [first, second] = [amountOf(one), amountOf(other)];
  return first !== undefined && second !== undefined && Math.abs(first - second) <= 1e-12 * first;
}

function amountOf(value: unknown): number | undefined {
  const parts = /^([+-]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?)([numkMGTPE]?i?)$/.exec(
    typeof value === "number" ? String(value) : typeof value === "string" ? value : "",
  );
  const [, digits, suffix] = parts ?? [];
  const factor = suffix === "" ? 1 : SUFFIXES[suffix ?? ""];
  return factor === undefined ? undefined : Number(digits) * factor;
}

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

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
  const factor = SUFFIXES[parts?.[2] ?? ""];
  return parts === null || factor === undefined ? undefined : Number(parts[1]) * factor;
}

const QUANTITY = /^(\d+(?:\.\d+)?)(?:([numkMGTPE]|[KMGTPE]i)|e([+-]?\d{1,2}))?$/;

/** What the suffixes of quantities stand for. */
export const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
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

/**
 * The number that a quantity stands for, undefined if it is not a quantity: `250m` is 0.25, `1Ki` is 1024.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(quantity: string): number | undefined {
  const [, digits, suffix, exponent] = QUANTITY.exec(quantity) ?? [];
  if (digits === undefined) {
    return undefined;
  }
  const factor = suffix === undefined ? 10 ** Number(exponent ?? 0) : (SUFFIXES[suffix] ?? NaN);
  return Number(digits) * factor;
}

/** The larger of two quantities; one that cannot be parsed counts as nothing. */
export function largerQuantity(one: string, other: string): string {
  return (parseQuantity(one) ?? 0) >= (parseQuantity(other) ?? 0) ? one : other;
}

/** The smaller of two quantities; one that cannot be parsed counts as nothing. */
export function smallerQuantity(one: string, other: string): string {
  return largerQuantity(one, other) === one ? other : one;
}

/** What a number of Kubernetes is multiplied by. */
const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/**
 * Whether one pod asks for more than the quota gives to all: no pod that leaves makes room for it.
 *
 * @param message e.g. `exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3`
 */
export function isBeyond(message: string): boolean {
  const [requested, limited] = [amountsOf("requested", message), amountsOf("limited", message)];
  return [...requested].some(([resource, amount]) => amount > (limited.get(resource) ?? Infinity));
}

function amountsOf(part: string, message: string): ReadonlyMap<string, number> {
  const [, list = ""] = message.split(`${part}: `);
  const [amounts = ""] = list.split(/, (?=[a-z]+: )/);
  return new Map(
    amounts.split(",").map((amount) => {
      const [resource = "", quantity = ""] = amount.split("=");
      return [resource.trim(), numberOf(quantity.trim())];
    }),
  );
}

/** A quantity as a number; what is none is not compared. */
function numberOf(quantity: string): number {
  const [, digits = "", unit = ""] = /^([\d.]{1,30})([A-Za-z]{0,2})$/.exec(quantity) ?? [];
  const factor = unit === "" ? 1 : (UNITS[unit] ?? NaN);
  return digits === "" ? NaN : Number(digits) * factor;
}

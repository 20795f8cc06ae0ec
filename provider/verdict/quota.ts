import { parseQuantity } from "../../contract/quantity.ts";

/**
 * Whether one pod requests more than the quota allows for all: no pod that leaves makes room for it.
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
      // What is not a number is not compared.
      return [resource.trim(), parseQuantity(quantity.trim()) ?? NaN];
    }),
  );
}

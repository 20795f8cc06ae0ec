import { isIPv4, isIPv6 } from "node:net";

import { z } from "zod";

/** A block of addresses. */
export const cidr = z.string().refine(isCidr, {
  error:
    "allowed: a block of addresses such as 10.0.0.0/8 or 2001:db8::/32, without a zone (%) and without zeros in front",
});

/** Node takes an address with a zone, which no API server does; the strict ones refuse zeros in front as well. */
function isCidr(block: string): boolean {
  const [, address = "", bits] = /^([^%]+)\/(0|[1-9]\d{0,2})$/.exec(block) ?? [];
  return (isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128);
}

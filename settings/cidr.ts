import { isIPv4, isIPv6 } from "node:net";

/** Node takes an address with a zone, which no API server does; the strict ones refuse zeros in front as well. */
export function isCidr(block: string): boolean {
  const [, address = "", bits] = /^([^%]+)\/(0|[1-9]\d{0,2})$/.exec(block) ?? [];
  return (isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128);
}

import { isIPv4, isIPv6 } from "node:net";

import { z } from "zod";

import type { EgressRule } from "../components/service-definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import * as field from "./fields.ts";

type Block = Extract<EgressRule, { readonly cidr: string }>;
type Pods = Extract<EgressRule, { readonly namespace: string }>;

const egressPorts = { ports: field.list(field.port, "a list of ports").exactOptional() };
const cidr = z.string().refine(isCidr, {
  error:
    "allowed: a block of addresses such as 10.0.0.0/8 or 2001:db8::/32, without a zone (%) and without zeros in front",
});

/** Where pods may connect to; messages use the setting's words. */
export function egressAs(allowed: string) {
  return z.union(
    [
      field.mapping({ cidr, ...egressPorts } satisfies ShapeOf<Block>, "cidr and ports"),
      field.mapping(
        { namespace: field.label, ...egressPorts } satisfies ShapeOf<Pods>,
        "namespace and ports",
      ),
    ],
    { error: `allowed: ${allowed}` },
  );
}

/** Where pods may connect to. */
export const egress = egressAs(
  "{cidr: 10.0.0.0/8, ports: [5432]} or {namespace: database, ports: [5432]}, ports as needed",
);

/** Node takes an address with a zone, which no API server does; the strict ones refuse zeros in front as well. */
function isCidr(block: string): boolean {
  const [, address = "", bits] = /^([^%]+)\/(0|[1-9]\d{0,2})$/.exec(block) ?? [];
  return (isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128);
}

import { z } from "zod";

import type { EgressRule, UdpPort } from "../components/service-definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { cidr } from "./cidr.ts";
import * as field from "./fields.ts";

type Block = Extract<EgressRule, { readonly cidr: string }>;
type Pods = Extract<EgressRule, { readonly namespace: string }>;

/** Does not abort, or the union of destinations would name neither the port nor what is allowed. */
const port = z.custom<number | UdpPort>(isPort, {
  error: "allowed: a whole number from 1 to 65535, with /UDP behind it for UDP, such as 8125/UDP",
  abort: false,
});
const ports = field
  .list(port, "a list of ports")
  .min(1, { error: "allowed: at least one port; leave ports out to allow all of them" });
const egressPorts = { ports: ports.exactOptional() };

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

function isPort(written: unknown): boolean {
  const [, udp] = /^([1-9]\d{0,4})\/UDP$/.exec(String(written)) ?? [];
  return field.port.safeParse(udp === undefined ? written : Number(udp)).success;
}

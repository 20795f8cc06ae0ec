import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { CHECKOUT } from "../../tools/platform/folders.ts";

/** The settings of the stack `dev` in the checkout, as far as they are the example's, with less patience. */
export function demoSettings(): Readonly<Record<string, unknown>> {
  const file = readFileSync(join(CHECKOUT, "Pulumi.dev.yaml"), "utf8");
  const { config } = parse(file) as { readonly config: Record<string, unknown> };
  const { shop } = config["slipway:services"] as { readonly shop: Record<string, unknown> };
  const quick = { deadlineSeconds: 60, drainSeconds: 1, stopSeconds: 2, settleSeconds: 0 };
  return {
    credentials: config["slipway:credentials"],
    services: { shop: { ...shop, ...quick } },
  };
}

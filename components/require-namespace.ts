import * as pulumi from "@pulumi/pulumi";

import { askProvider } from "./ask-provider.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/**
 * Ends the run before anything is registered if the namespace is being deleted: nothing in it would become ready.
 *
 * @throws RunError with what holds up its end, and the remedy
 */
export async function requireNamespace(
  namespace: string,
  provider: SlipwayProvider,
): Promise<void> {
  const { told, remedy } = await askProvider("namespaceEnd", { namespace }, provider);
  if (told === undefined) {
    return;
  }
  throw new pulumi.RunError(`${told}; ${remedy ?? ""}; then run pulumi up --refresh`);
}

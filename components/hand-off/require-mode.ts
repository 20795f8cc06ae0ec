import * as pulumi from "@pulumi/pulumi";

import { RESOURCES } from "../../contract/tokens.ts";
import { type KnownResource, knownResources } from "../known-resources.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";

const PROVIDER = /::pulumi:providers:kubernetes::cluster$/;
const HAND_OFF = new RegExp(`::${RESOURCES.HandOff}::[^:]*$`);
const OBJECT = /(?:^|\$)kubernetes:[^$]*$/;

/**
 * Ends the run before anything is registered if the stack's last `up` applied its objects itself and they are to be handed off now, or
 * the other way round: who owns them is a person's decision. The provider of the objects must come after it: the state has
 * how it was until then.
 *
 * @param isHandedOff whether they are handed off now
 * @throws RunError with the command that changes it
 */
export async function requireMode(isHandedOff: boolean, provider: SlipwayProvider): Promise<void> {
  const known = await knownResources(provider).catch((error: unknown) => {
    // Whoever previews may lack the key to the state's secrets: the up says it then.
    if (pulumi.runtime.isDryRun()) {
      return [];
    }
    throw error;
  });
  const fault = modeFault(isHandedOff, known);
  if (fault !== undefined) {
    throw new pulumi.RunError(fault);
  }
}

/** Why the stack's objects are not of this mode, undefined if they are. */
export function modeFault(
  isHandedOff: boolean,
  known: readonly KnownResource[],
): string | undefined {
  const before = known.find(({ urn }) => PROVIDER.test(urn));
  const count = known.filter(({ urn }) => OBJECT.test(urn.split("::")[2] ?? "")).length;
  // An up that ended here has changed the provider already, if the objects were to be applied.
  const wasHandedOff =
    known.some(({ urn }) => HAND_OFF.test(urn)) ||
    (before?.outputs["renderYamlToDirectory"] ?? "") !== "";
  if (before === undefined || count === 0 || wasHandedOff === isHandedOff) {
    return undefined;
  }
  const objects = count === 1 ? "1 object" : `${count} objects`;
  return isHandedOff
    ? `slipway:handOff: set, but this stack applies its ${objects} itself so far; run npx slipway handoff adopt, which leaves them as they are, or remove handOff`
    : `slipway:handOff: missing, but this stack has handed off its ${objects} so far; run npx slipway handoff return, which leaves them as they are, or set handOff again`;
}

import * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../contract/tokens.ts";
import { askProvider } from "./ask-provider.ts";
import { type KnownResource, knownResources } from "./known-resources.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** What the cluster enforces of the pods in a namespace that exists. */
export interface FoundNamespace {
  /**
   * The Pod Security level.
   * @default - none, or the namespace may not be read
   */
  readonly level?: string | undefined;
}

/** Who creates the namespace of a stack's services. */
type NamespaceCreator = "stack" | "others" | "controller";

/**
 * Ends the run before anything is registered if nothing could be delivered into the namespace: it is being deleted, so that nothing in
 * it would become ready; it exists, and this stack has not created it; or it is to exist, and does not.
 *
 * @param creator who creates it: the stack, others before it, or the controller that the stack is handed off to, which may have done so already
 * @throws RunError with what is wrong, and the remedy
 */
export async function requireNamespace(
  namespace: string,
  provider: SlipwayProvider,
  creator: NamespaceCreator = "stack",
): Promise<FoundNamespace> {
  const found = await askProvider("namespaceState", { namespace }, provider);
  if (found.end !== undefined) {
    const { told, remedy } = found.end;
    throw new pulumi.RunError(`${told}; ${remedy}; then run pulumi up --refresh`);
  }
  if (creator === "others" && found.exists === false) {
    throw new pulumi.RunError(
      `slipway:namespace: got ${namespace} with exists: true, and the cluster has no such namespace; create it (kubectl create namespace ${namespace}), or write namespace: ${namespace} and the stack creates it`,
    );
  }
  if (creator === "stack" && found.exists === true) {
    await requireOwn(namespace, provider);
  }
  return { level: found.level };
}

/** What a run that was killed has created is in the state after a recover. */
async function requireOwn(namespace: string, provider: SlipwayProvider): Promise<void> {
  // Whoever previews may lack the key to the state's secrets: the up says it then.
  const known = await knownResources(provider).catch(() => undefined);
  if (known === undefined) {
    return;
  }
  const has = (type: string) => hasResource(known, type, namespace);
  if (has(COMPONENTS.ExistingNamespace)) {
    throw new pulumi.RunError(
      `slipway:namespace: got ${namespace} without exists: true, but this stack uses the namespace as one that others have created: a stack deletes its own namespace at its end, with all that is in it; write {name: ${namespace}, exists: true}, or choose another name`,
    );
  }
  if (!has("kubernetes:core/v1:Namespace")) {
    throw new pulumi.RunError(
      `slipway:namespace: got ${namespace}, which exists, and this stack has not created it; write {name: ${namespace}, exists: true} to deliver into it as it is, or choose another name; if a killed run of this stack has created it, run npx slipway recover`,
    );
  }
}

function hasResource(known: readonly KnownResource[], type: string, name: string): boolean {
  return known.some(({ urn }) => urn.endsWith(`::${type}::${name}`));
}

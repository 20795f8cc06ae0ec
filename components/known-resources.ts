import * as pulumi from "@pulumi/pulumi";

import { askProvider } from "./ask-provider.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** A resource in the stack's state, as the last run has left it. */
export interface KnownResource {
  readonly urn: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * The resources that this stack's state has, before any of them is declared. A run that was killed or that failed has left
 * resources, and no outputs of the stack.
 *
 * @param provider which knows whether the state has it already
 * @see https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
 */
export function knownResources(provider: SlipwayProvider): Promise<readonly KnownResource[]> {
  const asked = known.get(provider) ?? askEngine(provider);
  known.set(provider, asked);
  return asked;
}

/** The whole state crosses the wire for each question. */
const known = new WeakMap<SlipwayProvider, Promise<readonly KnownResource[]>>();

async function askEngine(provider: SlipwayProvider): Promise<readonly KnownResource[]> {
  const { exists } = await askProvider("stackState", {}, provider);
  // The engine ends when it is asked for the resources of a stack that has none.
  if (exists !== true) {
    return [];
  }
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const token = "pulumi:pulumi:readStackResourceOutputs";
  const { outputs: resources = {} } = (await pulumi.runtime.invoke(token, { stackName })) as {
    readonly outputs?: Readonly<Record<string, unknown>>;
  };
  return Object.entries(resources).map(([urn, resource]) => {
    const { outputs = {} } = resource as { readonly outputs?: KnownResource["outputs"] };
    return { urn, outputs };
  });
}

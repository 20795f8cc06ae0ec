import * as pulumi from "@pulumi/pulumi";

import { RESOURCES } from "../contract/tokens.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** Options of a component that needs both providers: it never falls back to the context that kubectl happens to use. */
export type ComponentOptions = pulumi.ComponentResourceOptions & {
  /** One for Kubernetes and a {@link SlipwayProvider}, in any order: what `connect` returns. */
  readonly providers: pulumi.ProviderResource[];
};

/** A type of each package that a component has resources of. */
const NEEDED = { kubernetes: "kubernetes:core/v1:Namespace", slipway: RESOURCES.Readiness };

/**
 * Slipway's provider among those of a component. Kubernetes objects find theirs by themselves, but fall back to the
 * context that kubectl happens to use if there is none, so that one is required, too.
 *
 * @throws RunError if one of the two is missing
 */
export function slipwayProviderOf(
  component: pulumi.ComponentResource,
  name: string,
): SlipwayProvider {
  const packages = Object.entries(NEEDED);
  const given = packages.filter(([, type]) => component.getProvider(type) !== undefined);
  if (given.length < packages.length) {
    const got = given.map(([known]) => `${known} alone`).join("") || "none of them";
    throw new pulumi.RunError(
      `providers of ${component.constructor.name} ${name} must be one for kubernetes and one for slipway, got ${got}; give it both that connect returns`,
    );
  }
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its package says what it is
  return component.getProvider(NEEDED.slipway) as SlipwayProvider;
}

import type * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../contract/tokens.ts";

/** Where an object of the stack's namespace may be declared, by the types of what declares it. */
const PLACES = {
  settings: `${COMPONENTS.Release}$${COMPONENTS.Workload}`,
  manifests: `${COMPONENTS.Release}$${COMPONENTS.Manifests}`,
  extra: `${COMPONENTS.Extra}$${COMPONENTS.Manifests}`,
} as const;

/**
 * The other places in which the same object may have been declared before: it stays the same object when its service changes from
 * settings to manifests, or when it moves between a service and an extra. Otherwise the new one would meet the old one in the cluster.
 *
 * @param parent what declares objects under their own names
 */
export function formerPlaces(parent: pulumi.Resource): pulumi.Alias[] {
  return Object.values(PLACES).map((place) => ({
    parent: parent.urn.apply((urn) => replaced(urn, place)),
  }));
}

/** A URN has the types of all its parents before its name. */
function replaced(urn: pulumi.URN, place: string): pulumi.URN {
  const own = Object.values(PLACES).find((each) => urn.includes(`${each}::`));
  return own === undefined ? urn : urn.replace(`${own}::`, () => `${place}::`);
}

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

/**
 * Where the verdict on a service may have been declared before its service changed from settings to manifests or back: its history goes on.
 *
 * @param parent what declares the verdict, a `Release` or `Manifests`
 * @param name of the service
 */
export function formerVerdict(parent: pulumi.Resource, name: string): pulumi.Alias[] {
  const { Release } = COMPONENTS;
  const other = parent.urn.apply((urn) =>
    urn.includes(`${PLACES.manifests}::`)
      ? urn.replace(`${PLACES.manifests}::`, () => `${Release}::`)
      : urn.replace(`${Release}::`, () => `${PLACES.manifests}::`),
  );
  return [{ name, parent: other }];
}

/** A URN has the types of all its parents before its name. */
function replaced(urn: pulumi.URN, place: string): pulumi.URN {
  const own = Object.values(PLACES).find((each) => urn.includes(`${each}::`));
  return own === undefined ? urn : urn.replace(`${own}::`, () => `${place}::`);
}

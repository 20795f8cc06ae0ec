import type { Judged } from "../../policy/rules/judge.ts";
import { type Delivery, servicesOf } from "../lanes/delivery.ts";
import { unbuiltMigration } from "../manifests/migration.ts";
import { ANY_IMAGE, unbuiltManifests } from "../manifests/unbuilt.ts";
import { applied } from "../rendered/applied.ts";
import type { RenderedManifests } from "../rendered/render.ts";

/** An object that the stack is going to have, before the images are known. */
export interface Planned {
  /** The service or extra that has it. */
  readonly owner: string;
  /** Where the settings have that. */
  readonly place: string;
  /** Whether it is in the stack's namespace. */
  readonly isHome: boolean;
  readonly object: Judged;
}

/** All objects that the settings of a stack describe. Credentials are not among them: they leave the program sealed. */
export function plannedObjects(delivery: Delivery): Planned[] {
  const own = servicesOf(delivery).flatMap((service) => {
    const { name: owner, migrate } = service;
    const manifests: (object | undefined)[] = Object.values(unbuiltManifests(service)).flat();
    const migration = migrate && unbuiltMigration(service, migrate, ANY_IMAGE);
    return [...manifests, migration].flatMap((manifest): Planned[] => {
      const place = `slipway:services.${owner}`;
      return manifest === undefined
        ? []
        : [{ owner, place, isHome: true, object: manifest as Judged }];
    });
  });
  const { services = {}, extras = {} } = delivery.rendered ?? {};
  return [...own, ...ofManifests("services", services), ...ofManifests("extras", extras)];
}

function ofManifests(
  group: "services" | "extras",
  rendered: Readonly<Record<string, RenderedManifests>>,
): Planned[] {
  return Object.entries(rendered).flatMap(([owner, { objects, image }]) => {
    const place = `slipway:${group}.${owner}${group === "services" ? ".manifests" : ""}`;
    const called = image === undefined ? undefined : { called: image, reference: ANY_IMAGE };
    return objects.map(({ object, isHome }) => ({
      owner,
      place,
      isHome,
      object: applied(object, { image: called, digests: {}, annotations: {} }) as unknown as Judged,
    }));
  });
}

/** An object as settings and refusals name it: `Kind/name`. */
export function idOf({ kind, metadata }: Judged): string {
  return `${kind}/${metadata.name ?? ""}`;
}

import type { Given, Selector } from "../../policy/rules/rule.ts";
import { repositoryOf } from "../../contract/image-reference.ts";
import { migrationJobName } from "../../contract/migration-key.ts";
import { type Delivery, servicesOf } from "../lanes/delivery.ts";
import { ANY_IMAGE } from "../manifests/unbuilt.ts";
import type { Promotion } from "../promotion/definition.ts";
import type { PolicyDefinition } from "./definition.ts";
import type { Planned } from "./objects.ts";

/** The settings that say where images come from. */
export interface ImagePlaces {
  /** @default - every image is pinned */
  readonly registry?: { readonly repository: string } | undefined;
  /** @default - the stack builds its images, or pins them */
  readonly promoteFrom?: Pick<Promotion, "repository"> | undefined;
  readonly services: Readonly<Record<string, object>>;
}

/** What rules depend on, as the settings of a stack say it. */
export function givenOf(
  delivery: Delivery & ImagePlaces,
  { registries = [] }: PolicyDefinition,
  planned: readonly Planned[],
): Given {
  const services = servicesOf(delivery);
  const opened = services.flatMap(({ name, service: { type } }) =>
    type === undefined || type === "ClusterIP" ? [] : [[name, type] as const],
  );
  const places = [...registries, ...placesOf(delivery)];
  // A pin, which names an image of these places, is no change of the policy: lanes may not make one.
  const others = imagesIn(delivery).filter((each) => !places.some((place) => isIn(each, place)));
  return {
    registries: [...new Set([...places, ...others])].sort(),
    allow: Object.fromEntries(allowed(delivery)),
    own: services.map(({ name }) => name).sort(),
    open: Object.fromEntries(opened),
    unprobed: services
      .filter(({ probes }) => probes.readiness === undefined)
      .map(({ name }) => name),
    selectors: planned.flatMap(({ object, isHome }) =>
      isHome && object.kind === "NetworkPolicy" ? [selectorOf(object)] : [],
    ),
  };
}

/** The words of services, their migrations, and of what has manifests, by the names of objects. */
function allowed(delivery: Delivery): [string, readonly string[]][] {
  const described = servicesOf(delivery).flatMap(({ name, allow, migrate }) => [
    ...(allow.length > 0 ? [[name, allow] as const] : []),
    ...(allow.length > 0 && migrate ? [[`${migrationJobName(name, "")}*`, allow] as const] : []),
  ]);
  const { services = {}, extras = {} } = delivery.rendered ?? {};
  const rendered = [...Object.values(services), ...Object.values(extras)].flatMap(
    ({ objects, allow = [] }) =>
      allow.length === 0 ? [] : objects.map(({ object }) => [object.metadata.name, allow] as const),
  );
  const byName = Map.groupBy([...described, ...rendered], ([name]) => name);
  return [...byName].map(([name, own]) => [name, [...new Set(own.flatMap(([, words]) => words))]]);
}

/** The same before an image is known: one that is built, or comes from elsewhere, is from a place that the settings name. */
export function withAnyImage(given: Given): Given {
  return { ...given, unbuilt: repositoryOf(ANY_IMAGE) };
}

function placesOf({ registry, promoteFrom }: ImagePlaces): string[] {
  const promoted = promoteFrom?.repository ?? [];
  return [
    ...(registry === undefined ? [] : [registry.repository]),
    ...(typeof promoted === "string" ? [promoted] : Object.values(promoted)),
  ];
}

/** The repositories of the images that services, and the containers beside them, name. */
function imagesIn({ services }: ImagePlaces): string[] {
  const containers = Object.values(services).flatMap((service) => {
    const { initContainers = [], sidecars = [] } = service as Partial<
      Record<"initContainers" | "sidecars", readonly object[]>
    >;
    return [service, ...initContainers, ...sidecars];
  });
  return containers.flatMap((each) => {
    const { image } = each as { readonly image?: unknown };
    return typeof image === "string" ? [repositoryOf(image)] : [];
  });
}

function isIn(repository: string, place: string): boolean {
  return repository === place || repository.startsWith(`${place}/`);
}

function selectorOf(object: object): Selector {
  const { spec = {} } = object as { readonly spec?: { readonly podSelector?: Selector } };
  return spec.podSelector ?? {};
}

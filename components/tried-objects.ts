import { podSpecsIn } from "./exceptions.ts";
import type { Fields } from "./manifests/plain-fields.ts";
import { unbuiltManifests } from "./manifests/unbuilt.ts";
import { PLACEMENT } from "./service/placement.ts";
import type { Service } from "./service-definition.ts";

/** An object of a service that the API server is asked about before anything changes. */
export interface TriedObject {
  /** What it is among the service's. */
  readonly object: string;
  readonly manifest: object;
  /** The keys of the settings that are to blame if it is refused. */
  readonly keys: string;
}

/** By object, the keys whose values only the API server knows. */
const OWN_WORDS: Readonly<Record<string, (service: Service) => string[]>> = {
  service: ({ service }) =>
    given("service", service, ["trafficDistribution", "ipFamilyPolicy", "ipFamilies"]),
  horizontalPodAutoscaler: ({ autoscale }) =>
    given("autoscale", autoscale, ["metrics", "behavior"]),
  cronJob: ({ schedule }) => given("schedule", schedule, ["timeZone"]),
  routes: ({ routes }) => [
    ...new Set(
      routes.flatMap((route) => [
        ...given("route", route, ["rules", "timeouts"]),
        ...(route.paths.some(({ filters }) => filters.length > 0) ? ["route.filters"] : []),
      ]),
    ),
  ],
};

/** The objects of a service that have plain fields of Kubernetes. */
export function triedObjects(service: Service): TriedObject[] {
  if (!hasPlainFields(service)) {
    return [];
  }
  return Object.entries(unbuiltManifests(service)).flatMap(([object, built]) => {
    const keys = keysOf(service, object, built).join(" or ");
    const manifests: readonly (object | undefined)[] = Array.isArray(built) ? built : [built];
    return manifests.flatMap((manifest) =>
      manifest === undefined || keys === ""
        ? []
        : [{ object, manifest: withoutAllocated(manifest), keys }],
    );
  });
}

/** Stacks have hundreds of services without any. */
function hasPlainFields(service: Service): boolean {
  return (
    service.pod !== undefined ||
    service.patches !== undefined ||
    PLACEMENT.some((key) => service[key] !== undefined) ||
    Object.values(OWN_WORDS).some((keysIn) => keysIn(service).length > 0)
  );
}

function keysOf(service: Service, object: string, manifest: unknown): string[] {
  const hasPods = podSpecsIn(manifest).length > 0;
  return [
    ...(hasPods && service.pod !== undefined ? ["pod"] : []),
    ...(object in (service.patches ?? {}) ? [`patches.${object}`] : []),
    ...(hasPods ? PLACEMENT.filter((key) => service[key] !== undefined) : []),
    ...(OWN_WORDS[object]?.(service) ?? []),
  ];
}

function given(key: string, said: object | undefined, fields: readonly string[]): string[] {
  const of = (said ?? {}) as Fields;
  return fields.filter((field) => of[field] !== undefined).map((field) => `${key}.${field}`);
}

/** A Service that exists has its address and its ports of the nodes, which a second one would be refused. */
export function withoutAllocated(manifest: object): object {
  const { kind, spec } = manifest as { readonly kind?: string; readonly spec?: Fields };
  if (kind !== "Service" || spec === undefined) {
    return manifest;
  }
  const { clusterIP, ports, ...others } = without(spec, ["clusterIPs", "healthCheckNodePort"]);
  const listed: readonly unknown[] = Array.isArray(ports) ? ports : [];
  return {
    ...manifest,
    spec: {
      ...others,
      ...(clusterIP === "None" && { clusterIP }),
      ...(ports !== undefined && {
        ports: listed.map((port) => without(port as Fields, ["nodePort"])),
      }),
    },
  };
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

import { at, fields, items, type ManifestObject, type Rendered } from "./object.ts";
import { runs } from "./pod-spec.ts";

/** Kinds that are released if they run the image of the stack. */
export const RELEASED: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet"];

/** A Deployment among manifests, or what is in its place, and by what it is reached. */
export interface RoutedDeployment {
  readonly object: ManifestObject;
  /** The Service that routes to its pods. */
  readonly service: ManifestObject | undefined;
  /** The Ingresses to that Service. */
  readonly ingresses: readonly ManifestObject[];
  /** Whether it runs the image of the stack. */
  readonly isOurs: boolean;
}

/**
 * The Deployments among manifests, and the StatefulSets and DaemonSets with the stack's image, the one first whose release is that of the service: it runs the image, and has the
 * service's name, or else a Service, or else comes first.
 */
export function deploymentsIn(
  rendered: readonly Rendered[],
  name: string,
  image: string | undefined,
): RoutedDeployment[] {
  const home = rendered.filter(({ isHome }) => isHome).map(({ object }) => object);
  const ofKind = (kind: string) => home.filter((object) => object.kind === kind);
  const [services, ingresses] = [ofKind("Service"), ofKind("Ingress")];
  const isOurs = (object: ManifestObject) => image !== undefined && runs(object, image);
  const released = home.filter(
    (object) => object.kind === "Deployment" || (RELEASED.includes(object.kind) && isOurs(object)),
  );
  const all = released.map((object) => {
    const service = serviceFor(object, services);
    const leading = ingresses.filter((each) => leadsTo(each, service));
    return { object, service, ingresses: leading, isOurs: isOurs(object) };
  });
  return all.toSorted((one, other) => rank(other, name) - rank(one, name));
}

function rank({ object, service, isOurs }: RoutedDeployment, name: string): number {
  return 4 * Number(isOurs) + 2 * Number(object.metadata.name === name) + Number(!!service);
}

/** One of the Deployment's own name, or else one with an address of its own. */
function serviceFor(
  deployment: ManifestObject,
  services: readonly ManifestObject[],
): ManifestObject | undefined {
  const labels = fields(at(deployment, "spec", "template", "metadata", "labels"));
  const routing = services.filter((service) => {
    const selector = Object.entries(fields(at(service, "spec", "selector")));
    return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
  return (
    routing.find(({ metadata }) => metadata.name === deployment.metadata.name) ??
    routing.find((service) => !isHeadless(service)) ??
    routing[0]
  );
}

/** Whether a Service has no address of its own. */
export function isHeadless(service: ManifestObject): boolean {
  return at(service, "spec", "clusterIP") === "None";
}

function leadsTo(ingress: ManifestObject, service: ManifestObject | undefined): boolean {
  const paths = items(at(ingress, "spec", "rules")).flatMap((rule) =>
    items(at(rule, "http", "paths")),
  );
  const backends = [
    at(ingress, "spec", "defaultBackend"),
    ...paths.map((path) => at(path, "backend")),
  ];
  return (
    service !== undefined &&
    backends.some((backend) => at(backend, "service", "name") === service.metadata.name)
  );
}

/** The first port of a Service. */
export function portOf(service: ManifestObject): number | undefined {
  const port = at(items(at(service, "spec", "ports"))[0], "port");
  return typeof port === "number" ? port : undefined;
}

/** The addresses that people type. */
export function addressesOf(ingress: ManifestObject): string[] {
  const encrypted = items(at(ingress, "spec", "tls")).flatMap((tls) => items(at(tls, "hosts")));
  return items(at(ingress, "spec", "rules")).flatMap((rule) => {
    const host = at(rule, "host");
    if (typeof host !== "string") {
      return [];
    }
    const path = at(items(at(rule, "http", "paths"))[0], "path");
    const scheme = encrypted.includes(host) ? "https" : "http";
    return [
      `${scheme}://${host}${typeof path === "string" && /^[\w/.-]*$/.test(path) ? path : "/"}`,
    ];
  });
}

import type { PlainFields } from "./autoscale.ts";
import { type Backend, marksOf, objectName, type Target } from "./backend.ts";
import { type CompletedPorts, requestPort, SERVICE_PORT } from "./ports.ts";

/** How an HTTPRoute compares a path. */
export type RoutePathType = "PathPrefix" | "Exact" | "RegularExpression";

/** A Gateway, or what else a route is attached to. */
export interface ParentDefinition {
  readonly name: string;
  /** @default - that of the services */
  readonly namespace?: string;
  /** @default - all listeners that fit */
  readonly sectionName?: string;
  /** @default - any port */
  readonly port?: number;
  /** @default Gateway */
  readonly kind?: string;
  /** @default gateway.networking.k8s.io */
  readonly group?: string;
}

/** A path of an HTTPRoute. */
export interface RoutePathDefinition extends Target {
  readonly path: string;
  /** @default PathPrefix */
  readonly pathType?: RoutePathType;
  /** @default - those of the route */
  readonly filters?: readonly PlainFields[];
}

/**
 * How the service is reached from outside, by an HTTPRoute of the Gateway API.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export interface RouteDefinition {
  /**
   * Tells it from the service's other routes: a part of its object's name.
   * @default - none, which one of them may do
   */
  readonly name?: string;
  readonly parents: readonly ParentDefinition[];
  /** The host, where there is one. */
  readonly host?: string;
  /** @default - those of the parents' listeners */
  readonly hosts?: readonly string[];
  /** @default / */
  readonly path?: string;
  /** @default PathPrefix */
  readonly pathType?: RoutePathType;
  /**
   * Several paths, in the place of `path`.
   * @default - one
   */
  readonly paths?: readonly (string | RoutePathDefinition)[];
  /**
   * What becomes of the requests, in Kubernetes' own words.
   * @default []
   */
  readonly filters?: readonly PlainFields[];
  /** @default - none */
  readonly timeouts?: PlainFields;
  /**
   * Rules in Kubernetes' own words, in the place of paths, filters and timeouts. One without `backendRefs` leads to this service.
   * @default - one for each path
   */
  readonly rules?: readonly PlainFields[];
  /** @default {} */
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * What the parents' listeners speak, for the addresses among the outputs.
   * @default https
   */
  readonly scheme?: "http" | "https";
}

/** An HTTPRoute with a value for everything that has a default. */
export interface CompletedRoute extends Pick<
  RouteDefinition,
  "rules" | "timeouts" | "annotations" | "labels"
> {
  /** Name of the object. */
  readonly name: string;
  readonly parents: readonly ParentDefinition[];
  readonly hosts: readonly string[];
  readonly paths: readonly ({
    readonly path: string;
    readonly pathType: RoutePathType;
    readonly filters: readonly PlainFields[];
  } & Backend)[];
  /** Where rules without any go. */
  readonly backend: Backend;
  readonly scheme: "http" | "https";
}

/** An HTTPRoute of a service with its defaults. */
export function completeRoute(
  service: string,
  said: RouteDefinition,
  { ports }: CompletedPorts,
): CompletedRoute {
  const { pathType = "PathPrefix", path = "/", paths = [path], filters = [] } = said;
  const numbers = new Map<string | number, number | undefined>(
    ports.map((each) => [each.name, each.servicePort]),
  );
  const own = requestPort({ ports })?.servicePort ?? SERVICE_PORT;
  return {
    ...marksOf(said),
    ...(said.timeouts && { timeouts: said.timeouts }),
    ...(said.rules && { rules: said.rules }),
    name: objectName(service, said),
    parents: said.parents,
    hosts: said.hosts ?? (said.host === undefined ? [] : [said.host]),
    paths: paths.map((each) => {
      const given: RoutePathDefinition = typeof each === "string" ? { path: each } : each;
      // The definition of another service is not known here.
      const { port = given.service === undefined ? own : SERVICE_PORT } = given;
      return { pathType, service, filters, ...given, port: numbers.get(port) ?? port };
    }),
    backend: { service, port: own },
    scheme: said.scheme ?? "https",
  };
}

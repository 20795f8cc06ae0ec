import { PORT_NAME } from "./port-name.ts";
import { type Backend, marksOf, objectName, type Target } from "./backend.ts";
import { type CompletedPorts, requestPort } from "./ports.ts";

/** How an Ingress compares a path. */
export type PathType = "Prefix" | "Exact" | "ImplementationSpecific";

/** A path of an Ingress. */
export interface PathDefinition extends Target {
  readonly path: string;
  /** @default - that of the Ingress */
  readonly pathType?: PathType;
}

/** Hosts and their certificate. */
export interface TlsDefinition {
  /** @default - all hosts of the Ingress */
  readonly hosts?: readonly string[];
  /** @default - the controller's own certificate */
  readonly secretName?: string;
}

/** How the service is reached from outside, by an Ingress. */
export interface IngressDefinition {
  /**
   * Tells it from the service's other Ingresses: a part of its object's name.
   * @default - none, which one of them may do
   */
  readonly name?: string;
  /** The host, where there is one. */
  readonly host?: string;
  /** The hosts, where there are several. */
  readonly hosts?: readonly string[];
  /** @default - the cluster's default class */
  readonly class?: string;
  /** @default / */
  readonly path?: string;
  /** @default Prefix */
  readonly pathType?: PathType;
  /**
   * Several paths, in the place of `path`.
   * @default - one
   */
  readonly paths?: readonly (string | PathDefinition)[];
  /**
   * Name of a TLS Secret for all hosts, true for the controller's own certificate, or a list for several.
   * @default - plain HTTP
   */
  readonly tls?: string | true | readonly TlsDefinition[];
  /** @default {} */
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Whether a release waits until the Ingress has an address. False for a controller that publishes none.
   * @default true
   */
  readonly awaitAddress?: boolean;
}

/** An Ingress with a value for everything that has a default. */
export interface CompletedIngress extends Pick<
  IngressDefinition,
  "class" | "annotations" | "labels"
> {
  /** Name of the object. */
  readonly name: string;
  readonly hosts: readonly string[];
  readonly paths: readonly ({ readonly path: string; readonly pathType: PathType } & Backend)[];
  readonly tls: readonly (TlsDefinition & { readonly hosts: readonly string[] })[];
  readonly awaitAddress: boolean;
}

/** An Ingress of a service with its defaults. */
export function completeIngress(
  service: string,
  said: IngressDefinition,
  { ports }: CompletedPorts,
): CompletedIngress {
  const { pathType = "Prefix", path = "/", paths = [path], tls = [] } = said;
  const hosts = said.hosts ?? (said.host === undefined ? [] : [said.host]);
  const certificates = typeof tls === "string" ? [{ secretName: tls }] : tls === true ? [{}] : tls;
  const main = requestPort({ ports })?.name ?? PORT_NAME;
  return {
    ...marksOf(said),
    ...(said.class !== undefined && { class: said.class }),
    name: objectName(service, said),
    hosts,
    paths: paths.map((each) => {
      const given: PathDefinition = typeof each === "string" ? { path: each } : each;
      const port = given.port ?? (given.service === undefined ? main : PORT_NAME);
      return { pathType, service, ...given, port };
    }),
    tls: certificates.map((each) => ({ hosts, ...each })),
    awaitAddress: said.awaitAddress ?? true,
  };
}

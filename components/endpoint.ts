import { isIPv6 } from "node:net";

import * as pulumi from "@pulumi/pulumi";

import { PORT_NAME } from "./service/port-name.ts";
import type { Service } from "./service-definition.ts";
import type { CompletedIngress } from "./service/ingress.ts";
import type { CompletedRoute } from "./service/route.ts";

/** Where a service answers. */
export interface Endpoint {
  /** Address by its name inside the cluster, null if it answers on no port of its own. */
  readonly inCluster: string | null;
  /** The same by its IP address; null as well if its Service is headless. */
  readonly address: string | null;
  /** Address from outside, null if it has none. */
  readonly public: string | null;
  /**
   * All its addresses from outside.
   * @default - there is no more than one
   */
  readonly allPublic?: readonly string[];
}

type Outside = Pick<Service, "name" | "ingresses" | "routes">;

/** What a path of an Ingress or a route may have that is no part of an address. */
const PATTERN = /[()[\]{}*+?^$|\\]/;

/** What a service answers on. */
export interface Reach {
  /** Of its Service, undefined if it has none. */
  readonly name: string | undefined;
  readonly namespace: string;
  /** Undefined if it answers on none of its own. */
  readonly port: number | undefined;
  /** Of its Service, undefined if it has none. */
  readonly clusterIP: pulumi.Output<unknown> | undefined;
  /** From outside, without repetitions. */
  readonly addresses: readonly string[];
}

/** @param clusterIP of its Service, undefined if it has none */
export function endpointOf(
  service: Service,
  clusterIP: pulumi.Output<string> | undefined,
): pulumi.Output<Endpoint> {
  const { name, namespace } = service;
  const { headless = false } = service.service;
  const main = service.ports.find((port) => port.name === PORT_NAME);
  return endpointAt({
    ...{ name, namespace },
    port: headless ? main?.port : main?.servicePort,
    clusterIP: headless ? undefined : clusterIP,
    addresses: publicAddresses(service),
  });
}

/** Where it answers in the words of the outputs. */
export function endpointAt(reach: Reach): pulumi.Output<Endpoint> {
  const { name, namespace, port, clusterIP, addresses } = reach;
  const at = (host: string) =>
    port === undefined ? null : `http://${host}${port === 80 ? "" : `:${port}`}`;
  const ip = port === undefined ? undefined : clusterIP;
  return pulumi.output({
    inCluster: name === undefined ? null : at(`${name}.${namespace}.svc.cluster.local`),
    address:
      ip?.apply((known) =>
        typeof known !== "string" || known === "" ? null : at(isIPv6(known) ? `[${known}]` : known),
      ) ?? null,
    public: addresses[0] ?? null,
    ...(addresses.length > 1 && { allPublic: addresses }),
  });
}

/** The addresses that people type, those of Ingresses first. */
export function publicAddresses({ name, ingresses, routes }: Outside): string[] {
  const all = [
    ...ingresses.flatMap((ingress) => ingressAddresses(name, ingress)),
    ...routes.flatMap((route) => routeAddresses(name, route)),
  ];
  return [...new Set(all)];
}

function ingressAddresses(name: string, { hosts, paths, tls }: CompletedIngress): string[] {
  const encrypted = new Set(tls.flatMap((each) => each.hosts));
  const own = paths.filter(({ service }) => service === name);
  return hosts.flatMap((host) =>
    own.map(({ path }) => `${encrypted.has(host) ? "https" : "http"}://${host}${fixed(path)}`),
  );
}

/** Rules in Kubernetes' own words may lead anywhere: then the host alone is known. */
function routeAddresses(name: string, { hosts, paths, rules, scheme }: CompletedRoute): string[] {
  const own =
    rules === undefined ? paths.filter(({ service }) => service === name) : [{ path: "/" }];
  return hosts.flatMap((host) => own.map(({ path }) => `${scheme}://${host}${fixed(path)}`));
}

/** The steps of a path as far as they are no pattern. */
function fixed(path: string): string {
  const at = path.search(PATTERN);
  return at < 0 ? path : path.slice(0, path.lastIndexOf("/", at) + 1);
}

import { byName } from "../../components/by-name.ts";
import { fieldsOf, type Mapping, mapping } from "../mapping.ts";

/** Where a trial is, and what is tried in it. */
export interface Place {
  /** The namespace that it has taken. */
  readonly namespace: string;
  /** Of the pull request. */
  readonly number: number;
  /** The domain of its host names, undefined if it has none. */
  readonly host: string | undefined;
  /** The build of a service with what the pull request has for it. */
  readonly build: (service: string, build: Mapping) => Mapping;
}

/**
 * What of a service would act beyond its namespace: alerts wake people, a cloud's identity has the tried stack's rights, a Gateway and a
 * load balancer are in front of everybody.
 */
const BEYOND = [
  "route",
  "metrics",
  "objective",
  "watch",
  "steps",
  "serviceAccount",
  "pullSecrets",
  "annotations",
] as const;

/** Of the Service, what has no meaning for one inside the cluster. */
const INSIDE = [
  "port",
  "headless",
  "appProtocol",
  "sessionAffinity",
  "sessionAffinityConfig",
  "publishNotReadyAddresses",
];

/** The services of a trial, and what of them is left out. */
export function triedServices(services: Mapping, home: unknown, place: Place) {
  const leftOut: string[] = [];
  const tried = byName(services, (name, written) => {
    const service = mapping(written);
    return service === undefined ? written : tryService(name, service, home, place, leftOut);
  });
  return { services: tried, leftOut };
}

function tryService(
  name: string,
  service: Mapping,
  home: unknown,
  place: Place,
  leftOut: string[],
): Mapping {
  const { build, ingress, egress, service: object, ...others } = service;
  const kept = Object.entries(others).filter(([key]) => !isBeyond(key));
  const gone = BEYOND.filter((key) => service[key] !== undefined).map(
    (key) => `services.${name}.${key}`,
  );
  const reached = listOf(egress).filter((rule) => fieldsOf(rule)["namespace"] === home);
  const isCut = reached.length < listOf(egress).length;
  const isWithoutHost = ingress !== undefined && place.host === undefined;
  leftOut.push(
    ...gone.map((key) => `${key}: it acts beyond the trial's namespace`),
    ...(isCut ? [`services.${name}.egress: a trial reaches its own namespace and DNS`] : []),
    ...(isWithoutHost ? [`services.${name}.ingress: slipway:trial.host is not set`] : []),
  );
  const moved = (value: unknown) => inNamespace(value, home, place.namespace);
  return {
    ...(moved(Object.fromEntries(kept)) as Mapping),
    ...(mapping(build) !== undefined && { build: place.build(name, fieldsOf(build)) }),
    ...(reached.length > 0 && { egress: moved(reached) }),
    ...(object !== undefined && { service: moved(insideOf(fieldsOf(object))) }),
    ...(ingress !== undefined &&
      place.host !== undefined && { ingress: ingressOf(ingress, place) }),
  };
}

function isBeyond(key: string): boolean {
  return BEYOND.some((each) => each === key);
}

function insideOf(object: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => INSIDE.includes(key) || key === "from"),
  );
}

/** Sources and destinations that name the tried stack's namespace mean the trial's. */
function inNamespace(written: unknown, home: unknown, namespace: string): unknown {
  if (Array.isArray(written)) {
    return written.map((each: unknown) => inNamespace(each, home, namespace));
  }
  const fields = mapping(written);
  if (fields === undefined) {
    return written;
  }
  return byName(fields, (key, each) =>
    key === "namespace" && each === home ? namespace : inNamespace(each, home, namespace),
  );
}

/** The same ways in by names of the trial's own: two trials, or a trial and what is tried, never share one. */
function ingressOf(written: unknown, place: Place): unknown {
  if (Array.isArray(written)) {
    return written.map((each: unknown) => ingressOf(each, place));
  }
  const { host, hosts, tls, ...fields } = fieldsOf(written);
  // They may be orders to whoever watches Ingresses, such as a name to publish.
  const others = Object.fromEntries(
    Object.entries(fields).filter(([key]) => key !== "annotations"),
  );
  const named = [...(typeof host === "string" ? [host] : []), ...listOf(hosts)].map(String);
  const own = [...new Set(named.map((each) => triedHost(each, place)))];
  return { ...others, hosts: own, ...(tls === true && { tls }) };
}

/** `shop.example.com` of pull request 12 is `shop-12` of the trials' domain; a wildcard has no name of its own. */
function triedHost(
  host: string,
  { number, host: domain = "" }: Pick<Place, "number" | "host">,
): string {
  const [first = ""] = host.replace(/^\*\./, "any.").split(".");
  return `${first}-${number}.${domain}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

import { byName } from "../../components/by-name.ts";
import { fieldsOf, listOf, type Mapping, mapping } from "../mapping.ts";
import { type HostNames, hostNames, ingressOf } from "./hosts.ts";

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

/** Of its patches, those of what is inside: the others would open what the trial's namespace denies, or are of what it does not have. */
const PATCHES = [
  "deployment",
  "statefulSet",
  "daemonSet",
  "cronJob",
  "podDisruptionBudget",
  "horizontalPodAutoscaler",
];

/** Of its build, what would reach out of it: somebody's keys, and a cache that the tried stack builds from. */
const REACHING = ["ssh", "cacheTo"];

/** Of the Service, what has no meaning for one inside the cluster. */
const INSIDE = [
  "port",
  "headless",
  "appProtocol",
  "sessionAffinity",
  "sessionAffinityConfig",
  "publishNotReadyAddresses",
  "from",
];

/** The services of a trial, and what of them is left out. */
export function triedServices(services: Mapping, home: unknown, place: Place) {
  const leftOut: string[] = [];
  const named = { ...place, names: hostNames(services, place) };
  const tried = byName(services, (name, written) => {
    const service = mapping(written);
    return service === undefined ? written : tryService(name, service, home, named, leftOut);
  });
  return { services: tried, leftOut };
}

function tryService(
  name: string,
  service: Mapping,
  home: unknown,
  place: Place & { readonly names: HostNames },
  leftOut: string[],
): Mapping {
  const { build, ingress, egress, patches, ports, service: object, ...others } = service;
  const kept = Object.entries(others).filter(([key]) => !isBeyond(key));
  const gone = [
    ...BEYOND.filter((key) => service[key] !== undefined),
    ...keysBut(PATCHES, patches).map((key) => `patches.${key}`),
    ...REACHING.filter((key) => key in fieldsOf(build)).map((key) => `build.${key}`),
  ];
  const own = only(PATCHES, patches);
  const reached = listOf(egress).filter((rule) => fieldsOf(rule)["namespace"] === home);
  const isCut = reached.length < listOf(egress).length;
  const isWithoutHost = ingress !== undefined && place.host === undefined;
  leftOut.push(
    ...gone.map((key) => `services.${name}.${key}: it acts beyond the trial's namespace`),
    ...(isCut ? [`services.${name}.egress: a trial reaches its own namespace and DNS`] : []),
    ...(isWithoutHost ? [`services.${name}.ingress: slipway:trial.host is not set`] : []),
  );
  const moved = (value: unknown) => inNamespace(value, home, place.namespace);
  return {
    ...(moved(Object.fromEntries(kept)) as Mapping),
    ...(mapping(build) !== undefined && {
      build: place.build(name, only(keysBut(REACHING, build), build)),
    }),
    ...(ports !== undefined && { ports: moved(portsOf(ports)) }),
    ...(Object.keys(own).length > 0 && { patches: moved(own) }),
    ...(reached.length > 0 && { egress: moved(reached) }),
    ...(object !== undefined && { service: moved(only(INSIDE, object)) }),
    ...(ingress !== undefined &&
      place.host !== undefined && { ingress: ingressOf(ingress, place.names) }),
  };
}

function isBeyond(key: string): boolean {
  return BEYOND.some((each) => each === key);
}

/** Without ports of the nodes. */
function portsOf(ports: unknown): unknown {
  const named = mapping(ports);
  return named === undefined
    ? ports
    : byName(named, (_, port) =>
        mapping(port) === undefined ? port : only(keysBut(["nodePort"], port), port),
      );
}

/** The fields of these names. */
function only(names: readonly string[], written: unknown): Mapping {
  return Object.fromEntries(
    Object.entries(fieldsOf(written)).filter(([key]) => names.includes(key)),
  );
}

/** The names of the other fields. */
function keysBut(names: readonly string[], written: unknown): string[] {
  return Object.keys(fieldsOf(written)).filter((key) => !names.includes(key));
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

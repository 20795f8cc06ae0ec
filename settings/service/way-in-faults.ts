import { type Fault, faultIf, got, under } from "../fault.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";
import { writtenPorts } from "./port-faults.ts";

/** The keys for ways into a service from outside. */
export const WAYS = ["ingress", "route"] as const;

/** What is wrong between the ways into a service and what it has besides. */
export function wayInFaults(service: Mapping): Fault[] {
  return WAYS.flatMap((way) =>
    under(
      [way],
      [
        ...faultIf(
          service[way] !== undefined && tcpPorts(service).length === 0,
          [],
          "needs a port; allowed: with port, or with a TCP port among ports that the Service has; set port, or remove it",
        ),
        ...nameFaults(waysOf(service, way)),
        ...waysOf(service, way).flatMap(({ path, fields }) =>
          under(path, [...onceFaults(fields), ...pathFaults(fields), ...ownFaults(way, fields)]),
        ),
      ],
    ),
  );
}

/** An Ingress or a route as it was written, with its place among several. */
interface Way {
  readonly path: readonly number[];
  readonly fields: Mapping;
}

/** The Ingresses or the routes of a service as they were written. */
export function waysOf(service: Mapping, way: (typeof WAYS)[number]): Way[] {
  const written = service[way];
  if (Array.isArray(written)) {
    return written.map((each: unknown, index) => ({ path: [index], fields: fieldsOf(each) }));
  }
  return written === undefined ? [] : [{ path: [], fields: fieldsOf(written) }];
}

/** The paths of an Ingress or a route, each as a mapping, with its place. */
export function pathsOf({ path = "/", paths }: Mapping) {
  const written: readonly unknown[] = Array.isArray(paths) ? paths : [path];
  return written.map((each, index) => ({
    place: Array.isArray(paths) ? ["paths", index] : ["path"],
    fields: typeof each === "string" ? { path: each } : fieldsOf(each),
  }));
}

/** The hosts of an Ingress or a route. */
export function hostsOf({ host, hosts }: Mapping): string[] {
  const written: readonly unknown[] = Array.isArray(hosts) ? hosts : [host];
  return written.filter((each) => typeof each === "string");
}

function tcpPorts(service: Mapping) {
  return writtenPorts(service).filter(
    ({ protocol, servicePort }) => protocol === "TCP" && servicePort !== false,
  );
}

function nameFaults(ways: readonly Way[]): Fault[] {
  const seen = new Set<unknown>();
  return ways.flatMap(({ path, fields: { name } }) => {
    const isTaken = seen.has(name);
    seen.add(name);
    const text =
      name === undefined
        ? "missing; allowed: one without a name, which has that of the service; give the others names"
        : got(
            name,
            "an earlier one has this name; allowed: each name once; give it a different one",
          );
    return faultIf(isTaken, [...path, "name"], text);
  });
}

/** Of two words for the same thing, one. */
function onceFaults(fields: Mapping): Fault[] {
  const pairs = [
    ["host", "hosts"],
    ["path", "paths"],
  ] as const;
  return pairs.flatMap(([one, several]) =>
    faultIf(
      fields[one] !== undefined && fields[several] !== undefined,
      [several],
      `is there beside ${one}; allowed: one of them; put ${one} into ${several}`,
    ),
  );
}

/** What the API server refuses of a path that is no pattern. */
const NO_PATH = /[?#]|\/\/|\/\.{1,2}(\/|$)|%2f/i;

function pathFaults(fields: Mapping): Fault[] {
  const { pathType: general } = fields;
  return pathsOf(fields).flatMap(({ place, fields: { path, pathType = general } }) => {
    const isPattern = pathType === "ImplementationSpecific" || pathType === "RegularExpression";
    return faultIf(
      typeof path === "string" && !isPattern && NO_PATH.test(path),
      place,
      got(
        path,
        "allowed: a path such as /api, without a query (?), a fragment (#), // and /../; for a pattern set pathType: ImplementationSpecific for an Ingress, RegularExpression for a route",
      ),
    );
  });
}

function ownFaults(way: (typeof WAYS)[number], fields: Mapping): Fault[] {
  return way === "ingress" ? ingressFaults(fields) : routeFaults(fields);
}

function ingressFaults(fields: Mapping): Fault[] {
  const hosts = hostsOf(fields);
  const certificates: readonly unknown[] = Array.isArray(fields["tls"]) ? fields["tls"] : [];
  return [
    ...faultIf(
      fields["host"] === undefined && fields["hosts"] === undefined,
      ["host"],
      "missing; allowed: a host name such as shop.example.com, without scheme, port and path",
    ),
    ...certificates.flatMap((each, index) =>
      hostsOf({ hosts: fieldsOf(each)["hosts"] ?? [] }).flatMap((host) =>
        faultIf(
          !hosts.includes(host),
          ["tls", index, "hosts"],
          got(host, `allowed: hosts of this Ingress, ${hosts.join(", ")}; add it to hosts`),
        ),
      ),
    ),
  ];
}

function routeFaults(fields: Mapping): Fault[] {
  return ["path", "paths", "pathType", "filters", "timeouts"].flatMap((key) =>
    faultIf(
      fields["rules"] !== undefined && fields[key] !== undefined,
      [key],
      "is there beside rules, which say all of it; allowed: one of them; put it into the rules",
    ),
  );
}

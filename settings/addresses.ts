import { objectName } from "../components/service/backend.ts";
import { PORT_NAME } from "../components/service/port-name.ts";
import { SERVICE_PORT } from "../components/service/ports.ts";
import { type Fault, faultIf, got, under } from "./fault.ts";
import { fieldsOf, type Mapping, mapping } from "./mapping.ts";
import { writtenPorts } from "./service/port-faults.ts";
import { hostsOf, pathsOf, WAYS, waysOf } from "./service/way-in-faults.ts";

/** What is wrong between the ways into several services: a path of a host that two have, or a service that does not exist. */
export function addressFaults(raw: Mapping): Fault[] {
  const services = fieldsOf(raw["services"]);
  return [
    ...takenFaults(services, pathAddresses),
    ...takenFaults(services, objectNames),
    ...Object.entries(services).flatMap(([name, service]) =>
      under(["services", name], backendFaults(fieldsOf(service), services)),
    ),
  ];
}

/** Something that only one service may have. */
interface Taking {
  readonly path: readonly PropertyKey[];
  /** The same for what excludes each other. */
  readonly address: string;
  readonly value: unknown;
  /** What to do, given who has it. */
  readonly fault: (other: string) => string;
}

function takenFaults(
  services: Mapping,
  takingsOf: (name: string, service: Mapping) => readonly Taking[],
): Fault[] {
  const taken = new Map<string, string>();
  return Object.entries(services).flatMap(([name, service]) =>
    takingsOf(name, fieldsOf(service)).flatMap(({ path, address, value, fault }) => {
      const other = taken.get(address);
      taken.set(address, other ?? name);
      const place = ["services", name, ...path];
      return other === undefined ? [] : [{ path: place, text: got(value, fault(other)) }];
    }),
  );
}

/** Services that share one path of a host: an ingress controller would choose between them. */
function pathAddresses(_name: string, service: Mapping): Taking[] {
  return waysOf(service, "ingress").flatMap(({ path: index, fields }) => {
    const { class: controller = "", pathType: general = "Prefix" } = fields;
    return hostsOf(fields).flatMap((host) =>
      pathsOf(fields).flatMap(({ place, fields: { path, pathType = general } }): Taking[] => {
        if (typeof path !== "string") {
          return [];
        }
        // A path is a prefix of others, in whole steps; of other types it is as it is written.
        const kind = pathType === "Prefix" ? path.replace(/\/$/, "") : [pathType, path];
        const address = JSON.stringify([controller, host, kind]);
        const value = fields["path"] === undefined && place[0] === "path" ? undefined : path;
        const fault = (other: string) =>
          `services.${other} has this path of ${host}, too; allowed: each path of a host once; give one of them another path or host`;
        return [{ path: ["ingress", ...index, ...place], address, value, fault }];
      }),
    );
  });
}

/** The name of an Ingress may be that of another service. */
function objectNames(service: string, written: Mapping): Taking[] {
  return WAYS.flatMap((way) =>
    waysOf(written, way).flatMap(({ path, fields: { name } }) => ({
      path: [way, ...path, "name"],
      address: `${way} ${objectName(service, typeof name === "string" ? { name } : {})}`,
      value: name,
      fault: (other: string) =>
        `services.${other} has one that is called so, too; allowed: each name once, the service's before it; give it a different one`,
    })),
  );
}

/** A path may lead to another service, which must be there and have the port. */
function backendFaults(service: Mapping, services: Mapping): Fault[] {
  return WAYS.flatMap((way) =>
    waysOf(service, way).flatMap(({ path, fields }) =>
      pathsOf(fields).flatMap(({ place, fields: written }) => {
        const { service: target, port } = written;
        return under(
          [way, ...path, ...place],
          [
            ...targetFaults(target, services),
            ...portFaults(
              typeof target === "string" ? mapping(services[target]) : service,
              port ??
                (target === undefined ? undefined : way === "ingress" ? PORT_NAME : SERVICE_PORT),
              written,
            ),
          ],
        );
      }),
    ),
  );
}

function targetFaults(target: unknown, services: Mapping): Fault[] {
  const names = Object.keys(services).join(", ");
  return faultIf(
    typeof target === "string" && !(target in services),
    ["service"],
    got(target, `allowed: a service of this stack, one of ${names}`),
  );
}

/** Whether the Service has a port of this name or number. */
function portFaults(service: Mapping | undefined, port: unknown, written: Mapping): Fault[] {
  if (service === undefined || port === undefined) {
    return [];
  }
  const served = writtenPorts(service).filter(({ servicePort }) => servicePort !== false);
  const isKnown = served.some(({ name, servicePort }) => port === name || port === servicePort);
  const known =
    served.map(({ name, servicePort }) => `${name} (${String(servicePort)})`).join(", ") ||
    "it has none";
  const said = `allowed: a port that the Service has, by name or number: ${known}; set port to one of them`;
  const unsaid = `its Service has no port ${JSON.stringify(port)} (${known}); allowed: a service with port, or port with one that the Service has; set one of them`;
  const { service: target } = written;
  return written["port"] === undefined
    ? faultIf(!isKnown, ["service"], got(target, unsaid))
    : faultIf(!isKnown, ["port"], got(port, said));
}

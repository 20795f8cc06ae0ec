import { PORT_NAME } from "../../components/service/port-name.ts";
import { SERVICE_PORT } from "../../components/service/ports.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import { fieldsOf, type Mapping, mapping } from "../mapping.ts";

/** A port of a service as it was written. */
interface Written {
  readonly name: string;
  readonly path: readonly string[];
  readonly port: unknown;
  readonly protocol: unknown;
  readonly servicePort: unknown;
  readonly nodePort: unknown;
}

/** What is wrong between the ports of a service, and between them and what needs one. */
export function portsFaults(written: Mapping): Fault[] {
  const all = writtenPorts(written);
  const { service } = written;
  const served = all.filter(({ servicePort }) => servicePort !== false);
  return [
    ...twiceFaults(all, "port", "the container listens on it only once"),
    ...twiceFaults(served, "servicePort", "the Service has it only once"),
    ...twiceFaults(
      served.filter(({ nodePort }) => nodePort !== undefined),
      "nodePort",
      "a node has it only once",
    ),
    ...faultIf(
      service !== undefined && served.length === 0,
      ["service"],
      "needs a port; allowed: with port, or with ports; set port to the one that the container listens on, or remove service",
    ),
    ...mainFaults(written),
    ...typeFaults(fieldsOf(service), all),
  ];
}

/** What a service says of the one port that it does not have. */
function mainFaults({ port, service }: Mapping): Fault[] {
  const fields = fieldsOf(service);
  return ["port", "nodePort", "appProtocol", "from"].flatMap((key) =>
    faultIf(
      port === undefined && fields[key] !== undefined,
      ["service", key],
      `is about port, which is not set; allowed: with port; set port, or give ${key === "port" ? "service" : key} to one of ports`,
    ),
  );
}

/** The ports of a service, as far as they are written as ports are. */
export function writtenPorts({ port, ports, service }: Mapping): Written[] {
  const { port: servicePort, nodePort, headless } = fieldsOf(service);
  const main = {
    ...{ name: PORT_NAME, path: ["port"], port, protocol: "TCP", nodePort },
    servicePort: servicePort ?? (headless === true ? port : SERVICE_PORT),
  };
  const others = Object.entries(fieldsOf(ports)).map(([name, given]) => {
    const fields = mapping(given) ?? { port: given };
    const { port: own, protocol = "TCP", service: served = own } = fields;
    return {
      ...{ name, path: ["ports", name], port: own, protocol },
      ...{ servicePort: served, nodePort: fields["nodePort"] },
    };
  });
  return port === undefined ? others : [main, ...others];
}

function twiceFaults(
  all: readonly Written[],
  key: "port" | "servicePort" | "nodePort",
  because: string,
): Fault[] {
  const seen = new Map<string, string>();
  return all.flatMap(({ name, path, protocol, ...numbers }) => {
    const number = numbers[key];
    const id = `${String(number)}/${String(protocol)}`;
    const other = seen.get(id);
    seen.set(id, other ?? name);
    const text = `${other ?? ""} has port ${id}, too: ${because}; give one of them a different one`;
    return faultIf(other !== undefined, path, got(number, text));
  });
}

/** Fields of the Service that mean something only beside others. */
function typeFaults(service: Mapping, ports: readonly Written[]): Fault[] {
  const { type = "ClusterIP", headless, sessionAffinity } = service;
  const isOutside = type === "NodePort" || type === "LoadBalancer";
  const isBalanced = type === "LoadBalancer";
  const wants = (key: string, holds: boolean, allowed: string): Fault[] =>
    faultIf(service[key] !== undefined && !holds, ["service", key], got(service[key], allowed));
  const balanced = `allowed: with type: LoadBalancer, and it is ${String(type)}; set the type, or remove this`;
  const outside = `allowed: with type: NodePort or LoadBalancer, and it is ${String(type)}; set the type, or remove this`;
  return [
    ...wants("externalTrafficPolicy", isOutside, outside),
    ...[
      ...["loadBalancerClass", "loadBalancerSourceRanges"],
      ...["allocateLoadBalancerNodePorts", "awaitAddress"],
    ].flatMap((key) => wants(key, isBalanced, balanced)),
    ...ports.flatMap(({ name, nodePort }) =>
      faultIf(
        nodePort !== undefined && !isOutside,
        name === PORT_NAME ? ["service", "nodePort"] : ["ports", name, "nodePort"],
        got(nodePort, outside),
      ),
    ),
    ...wants(
      "sessionAffinityConfig",
      sessionAffinity === "ClientIP",
      "allowed: with sessionAffinity: ClientIP; set that, or remove this",
    ),
    ...faultIf(
      headless === true && isOutside,
      ["service", "headless"],
      `allowed: with type: ClusterIP, and it is ${String(type)}; a Service that is headless has no address of its own: remove one of them`,
    ),
  ];
}

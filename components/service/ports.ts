import { PORT_NAME } from "./port-name.ts";

/** The protocol of a port, in Kubernetes' words. */
export type Protocol = "TCP" | "UDP" | "SCTP";

/** Who may connect: a block of addresses, the pods of a namespace or those of them with these labels, or such of the own namespace. */
export type Source =
  | { readonly cidr: string }
  | { readonly namespace: string; readonly pods?: Readonly<Record<string, string>> }
  | { readonly pods: Readonly<Record<string, string>> };

/** A port beside the one that the service answers on. */
export interface PortDefinition {
  /** Port that the container listens on. */
  readonly port: number;
  /** @default TCP */
  readonly protocol?: Protocol;
  /**
   * Port of the Service; false keeps the port out of it.
   * @default - the same as `port`
   */
  readonly service?: number | false;
  /**
   * Port of each node, for the types `NodePort` and `LoadBalancer`.
   * @default - Kubernetes chooses one
   */
  readonly nodePort?: number;
  /**
   * What is spoken on it, such as `kubernetes.io/h2c`, for those that ask.
   * @default - nothing is said
   * @see https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
   */
  readonly appProtocol?: string;
  /**
   * Who may connect to it.
   * @default - everybody
   */
  readonly from?: readonly Source[];
}

/**
 * The Service, in Kubernetes' own words.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
 */
export interface ServiceObjectDefinition {
  /**
   * The Service's own port, which maps to the one that the container listens on.
   * @default - 80, and the container's port if it is headless
   */
  readonly port?: number;
  /** @default ClusterIP */
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer";
  /**
   * Whether its name has the addresses of the pods instead of one of its own.
   * @default false
   */
  readonly headless?: boolean;
  /**
   * Port of each node, for the types `NodePort` and `LoadBalancer`.
   * @default - Kubernetes chooses one
   */
  readonly nodePort?: number;
  /** @default - nothing is said of what is spoken on its port */
  readonly appProtocol?: string;
  /** @default {} */
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  /** @default None */
  readonly sessionAffinity?: "None" | "ClientIP";
  /** @default - three hours, with the session affinity `ClientIP` */
  readonly sessionAffinityConfig?: { readonly clientIP: { readonly timeoutSeconds: number } };
  /** @default Cluster */
  readonly externalTrafficPolicy?: "Cluster" | "Local";
  /** @default Cluster */
  readonly internalTrafficPolicy?: "Cluster" | "Local";
  /** @default - as the cluster has it */
  readonly trafficDistribution?: string;
  /** @default - the cluster's default load balancer */
  readonly loadBalancerClass?: string;
  /** @default - the load balancer lets everybody in */
  readonly loadBalancerSourceRanges?: readonly string[];
  /** @default true */
  readonly allocateLoadBalancerNodePorts?: boolean;
  /** @default false */
  readonly publishNotReadyAddresses?: boolean;
  /** @default SingleStack */
  readonly ipFamilyPolicy?: "SingleStack" | "PreferDualStack" | "RequireDualStack";
  /** @default - the cluster's first */
  readonly ipFamilies?: readonly ("IPv4" | "IPv6")[];
  /**
   * Whether a release waits until the load balancer has an address.
   * @default true
   */
  readonly awaitAddress?: boolean;
  /**
   * Who may connect to the port that the service answers on.
   * @default - everybody
   */
  readonly from?: readonly Source[];
}

/** What a service listens on, and how it is reached inside the cluster. */
export interface PortsDefinition {
  /**
   * Port that the container listens on.
   * @default - none: a worker, which takes no connections; it is judged by its process alone
   */
  readonly port?: number;
  /**
   * Further ports by name, such as `metrics: 9090`.
   * @default {}
   */
  readonly ports?: Readonly<Record<string, number | PortDefinition>>;
  /** @default - a ClusterIP of which port 80 maps to `port` */
  readonly service?: ServiceObjectDefinition;
}

/** A port of the container, and of the Service if that has it. */
export interface NamedPort extends Omit<PortDefinition, "service"> {
  readonly name: string;
  readonly protocol: Protocol;
  /** Port of the Service, undefined if the Service does not have it. */
  readonly servicePort: number | undefined;
}

/** The ports of a service, with a value for everything that has a default. */
export interface CompletedPorts {
  /** Undefined if the service answers on none. */
  readonly port: number | undefined;
  /** All of them; the one that the service answers on comes first. */
  readonly ports: readonly NamedPort[];
  readonly service: ServiceObjectDefinition;
}

/** The Service's own port without any other wish. */
export const SERVICE_PORT = 80;

/** The ports of a service with their defaults. */
export function completePorts({ port, ports = {}, service = {} }: PortsDefinition): CompletedPorts {
  const others = Object.entries(ports).map(([name, given]) =>
    namedPort(name, typeof given === "number" ? { port: given } : given),
  );
  return { port, ports: [...mainPort(port, service), ...others], service };
}

function mainPort(port: number | undefined, service: ServiceObjectDefinition): NamedPort[] {
  if (port === undefined) {
    return [];
  }
  const { nodePort, appProtocol, from, headless = false } = service;
  const servicePort = service.port ?? (headless ? port : SERVICE_PORT);
  return [
    {
      name: PORT_NAME,
      port,
      protocol: "TCP",
      servicePort,
      ...(nodePort !== undefined && { nodePort }),
      ...(appProtocol !== undefined && { appProtocol }),
      ...(from !== undefined && { from }),
    },
  ];
}

function namedPort(
  name: string,
  { service, protocol = "TCP", ...given }: PortDefinition,
): NamedPort {
  const servicePort = service === false ? undefined : (service ?? given.port);
  return { ...given, name, protocol, servicePort };
}

/** The ports that the Service has. Without any there is no Service. */
export function servedPorts({ ports }: Pick<CompletedPorts, "ports">): readonly NamedPort[] {
  return ports.filter(({ servicePort }) => servicePort !== undefined);
}

/** The port that requests from outside go to where nothing is said: the first one for TCP. */
export function requestPort(ports: Pick<CompletedPorts, "ports">): NamedPort | undefined {
  return servedPorts(ports).find(({ protocol }) => protocol === "TCP");
}

/** Whether a release waits for the address of the Service's load balancer. */
export function awaitsLoadBalancer({ service }: Pick<CompletedPorts, "service">): boolean {
  return service.type === "LoadBalancer" && service.awaitAddress !== false;
}

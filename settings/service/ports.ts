import { z } from "zod";

import type {
  PortDefinition,
  PortsDefinition,
  ServiceObjectDefinition,
  Source,
} from "../../components/service/ports.ts";
import type { ShapeOf } from "../../contract/field.ts";
import * as field from "../fields.ts";
import { cidr } from "../cidr.ts";
import { either } from "./either.ts";
import { annotations, labels, selector } from "./marks.ts";

const NAME =
  "the name of a port: up to 15 lower-case letters, digits and single hyphens, with a letter, and not http, which is that of port";

/** @see https://datatracker.ietf.org/doc/html/rfc6335#section-5.1 */
const portName = field.text(
  /^(?!http$)(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?$/,
  NAME,
);

const source = z.union(
  [
    field.mapping({ cidr } satisfies ShapeOf<Extract<Source, { cidr: string }>>, "cidr"),
    field.mapping(
      { namespace: field.label, pods: selector.exactOptional() } satisfies ShapeOf<
        Extract<Source, { namespace: string }>
      >,
      "namespace and pods",
    ),
    field.mapping({ pods: selector }, "pods"),
  ],
  {
    error:
      "allowed: {cidr: 10.0.0.0/8}, {namespace: monitoring}, {namespace: monitoring, pods: {app: prometheus}} or {pods: {app.kubernetes.io/name: web}}",
  },
);

const from = field
  .list(source, "a list of who may connect")
  .min(1, { error: "allowed: at least one; leave from out to let everybody connect" });

const nodePort = field.wholeNumber(1, 65535, "use a port of the cluster's range, 30000 to 32767");
const appProtocol = field.text(
  /^([a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  "an application protocol such as grpc, http or kubernetes.io/h2c",
);

const port = field.mapping(
  {
    port: field.port,
    protocol: field.oneOf("TCP", "UDP", "SCTP").exactOptional(),
    service: z
      .union([field.port, z.literal(false)], {
        error: "allowed: the port of the Service, or false to keep it out of the Service",
      })
      .exactOptional(),
    nodePort: nodePort.exactOptional(),
    appProtocol: appProtocol.exactOptional(),
    from: from.exactOptional(),
  } satisfies ShapeOf<PortDefinition>,
  "port, and as needed protocol, service, nodePort, appProtocol and from",
);

const POLICY = ["Cluster", "Local"] as const;

const service = field.mapping(
  {
    port: field.port.exactOptional(),
    type: field.oneOf("ClusterIP", "NodePort", "LoadBalancer").exactOptional(),
    headless: field.choice("whether its name has the addresses of the pods").exactOptional(),
    nodePort: nodePort.exactOptional(),
    appProtocol: appProtocol.exactOptional(),
    annotations: annotations.exactOptional(),
    labels: labels.exactOptional(),
    sessionAffinity: field.oneOf("None", "ClientIP").exactOptional(),
    sessionAffinityConfig: field
      .mapping(
        {
          clientIP: field.mapping(
            { timeoutSeconds: field.wholeNumber(1, 86400) },
            "timeoutSeconds",
          ),
        },
        "clientIP",
      )
      .exactOptional(),
    externalTrafficPolicy: field.oneOf(...POLICY).exactOptional(),
    internalTrafficPolicy: field.oneOf(...POLICY).exactOptional(),
    trafficDistribution: field
      .text(/^[A-Za-z][-A-Za-z0-9./]*$/, "a preference such as PreferSameZone")
      .exactOptional(),
    loadBalancerClass: field
      .text(/^([a-z0-9.-]+\/)?[-A-Za-z0-9_.]+$/, "a class such as service.k8s.aws/nlb")
      .exactOptional(),
    loadBalancerSourceRanges: field.list(cidr, "a list of blocks of addresses").exactOptional(),
    allocateLoadBalancerNodePorts: field
      .choice("whether the load balancer goes through ports of the nodes")
      .exactOptional(),
    publishNotReadyAddresses: field
      .choice("whether pods that are not ready are reached, too")
      .exactOptional(),
    ipFamilyPolicy: field
      .oneOf("SingleStack", "PreferDualStack", "RequireDualStack")
      .exactOptional(),
    ipFamilies: field
      .list(field.oneOf("IPv4", "IPv6"), "a list of IPv4 and IPv6")
      .min(1, { error: "allowed: IPv4, IPv6 or both" })
      .exactOptional(),
    awaitAddress: field.choice("whether a release waits for the address").exactOptional(),
    from: from.exactOptional(),
  } satisfies ShapeOf<ServiceObjectDefinition>,
  "what the Service is to be, such as port, type, headless and annotations",
);

/** What a service listens on. */
export function portsShape() {
  return {
    port: field.port.exactOptional(),
    ports: field
      .named(
        portName,
        either(field.port, port),
        "a mapping of names to ports, such as metrics: 9090",
      )
      .exactOptional(),
    service: service.exactOptional(),
  } satisfies ShapeOf<PortsDefinition>;
}

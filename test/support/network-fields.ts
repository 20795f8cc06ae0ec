import type { IngressDefinition } from "../../components/service/ingress.ts";
import type { PortDefinition, Source } from "../../components/service/ports.ts";
import type { RouteDefinition } from "../../components/service/route.ts";
import type { ServiceForm } from "../../settings/service.ts";
import { named, type Pair, type Rows } from "./container-fields.ts";
import type { Live, LiveObject } from "./live-objects.ts";

interface Port {
  readonly name: string;
  readonly port: number;
}

interface Opening {
  readonly from?: object[];
  readonly ports?: readonly { readonly port: string }[];
}

const serviceOf = ({ objects, name }: Live): LiveObject | undefined =>
  objects.find("Service", name);

const servicePorts = (live: Live) => named(serviceOf(live)?.spec?.["ports"] as Port[] | undefined);

/** Who may come to a port by the policy: `everybody`, nobody, or these. */
function comers(live: Live, port: string): unknown {
  const policy = live.objects.find("NetworkPolicy", live.name);
  const openings = (policy?.spec?.["ingress"] ?? []) as Opening[];
  const opening = openings.find(({ ports = [] }) => ports.some((each) => each.port === port));
  return opening === undefined ? "nobody" : (opening.from ?? "everybody");
}

const space = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

const peer = (source: Source) =>
  "cidr" in source
    ? { ipBlock: { cidr: source.cidr } }
    : {
        ...("namespace" in source && { namespaceSelector: space(source.namespace) }),
        ...(source.pods && { podSelector: { matchLabels: source.pods } }),
      };

const peers = (from?: readonly Source[]) => from?.map(peer) ?? "everybody";

function portPairs(name: string, said: number | PortDefinition, live: Live): Pair[] {
  const form = typeof said === "number" ? { port: said } : said;
  const { port, protocol = "TCP", service = port, nodePort, appProtocol, from } = form;
  const more = {
    ...(nodePort !== undefined && { nodePort }),
    ...(appProtocol !== undefined && { appProtocol }),
  };
  return [
    [`ports.${name}`, named(live.container.ports)[name], { name, containerPort: port, protocol }],
    [
      `ports.${name}.service`,
      servicePorts(live)[name],
      service === false ? undefined : { port: service, targetPort: name, protocol, ...more },
    ],
    [`ports.${name}.from`, comers(live, name), peers(from)],
  ];
}

/** What stands elsewhere than in the Service's spec, under the same name. */
const OWN = new Set([
  ...["annotations", "labels", "from", "awaitAddress"],
  ...["headless", "port", "nodePort", "appProtocol"],
]);

function servicePairs(said: NonNullable<ServiceForm["service"]>, live: Live): Pair[] {
  const { annotations, labels, from, headless, port, nodePort, appProtocol } = said;
  const same = Object.fromEntries(Object.entries(said).filter(([key]) => !OWN.has(key)));
  const { metadata, spec } = serviceOf(live) ?? {};
  const http = {
    ...(port !== undefined && { port }),
    ...(nodePort !== undefined && { nodePort }),
    ...(appProtocol !== undefined && { appProtocol }),
  };
  return [
    ["service", spec, { ...same, ...(headless && { clusterIP: "None" }) }],
    ["service: port", servicePorts(live)["http"], http],
    ["service: annotations", metadata?.annotations, annotations ?? {}],
    ["service: labels", metadata?.labels, labels ?? {}],
    ["service: from", comers(live, "http"), peers(from)],
  ];
}

const listOf = <Each extends object>(value: Each | readonly Each[]): readonly Each[] =>
  Array.isArray(value) ? (value as readonly Each[]) : [value as Each];

const objectName = (live: Live, name?: string) =>
  name === undefined ? live.name : `${live.name}-${name}`;

function ingressPairs(said: IngressDefinition, live: Live): Pair[] {
  const { host, hosts = [host], path = "/", paths = [path], pathType = "Prefix", tls } = said;
  const name = objectName(live, said.name);
  const { metadata, spec } = live.objects.find("Ingress", name) ?? {};
  const all = paths.map((each) => {
    const given = { pathType, ...(typeof each === "string" ? { path: each } : each) };
    const { port = "http", service = live.name } = given as typeof given & {
      port?: string | number;
      service?: string;
    };
    const by = typeof port === "number" ? { number: port } : { name: port };
    return {
      path: given.path,
      pathType: given.pathType,
      backend: { service: { name: service, port: by } },
    };
  });
  const secretName = typeof tls === "string" ? { secretName: tls } : {};
  const certificates = typeof tls === "object" ? tls : [{ hosts, ...secretName }];
  return [
    [`ingress ${name}: annotations`, metadata?.annotations, said.annotations ?? {}],
    [`ingress ${name}: labels`, metadata?.labels, said.labels ?? {}],
    [
      `ingress ${name}`,
      spec,
      {
        ...(said.class !== undefined && { ingressClassName: said.class }),
        ...(tls !== undefined && { tls: certificates }),
        rules: hosts.map((each) => ({ host: each, http: { paths: all } })),
      },
    ],
  ];
}

function routePairs(said: RouteDefinition, live: Live): Pair[] {
  const { host, hosts = [host], path = "/", paths = [path], pathType = "PathPrefix" } = said;
  const name = objectName(live, said.name);
  const { timeouts } = said;
  const backendRefs = [{ name: live.name, port: servicePorts(live)["http"]?.port }];
  const rules = paths.map((each) => ({
    matches: [{ path: { type: pathType, value: typeof each === "string" ? each : each.path } }],
    ...(timeouts && { timeouts }),
    backendRefs,
  }));
  const { spec } = live.objects.find("HTTPRoute", name) ?? {};
  return [[`route ${name}`, spec, { parentRefs: said.parents, hostnames: hosts, rules }]];
}

/** How a service is reached, and what it may reach. */
export const REACHED: Rows<ServiceForm, Live> = {
  port: (value, live, { service = {} }) => [
    ["port", named(live.container.ports)["http"], { containerPort: value, protocol: "TCP" }],
    [
      "port: service",
      servicePorts(live)["http"],
      { port: service.port ?? (service.headless ? value : 80), targetPort: "http" },
    ],
    ["port: policy", comers(live, "http"), peers(service.from)],
  ],
  ports: (value, live) =>
    Object.entries(value).flatMap(([name, said]) => portPairs(name, said, live)),
  service: servicePairs,
  ingress: (value, live) => listOf(value).flatMap((each) => ingressPairs(each, live)),
  egress: (value, { objects, name }) => [
    [
      "egress",
      objects.find("NetworkPolicy", name)?.spec?.["egress"],
      expect.arrayContaining(
        value.map(({ ports, ...to }) => ({
          to: [peer(to)],
          ...(ports && { ports: ports.map((port) => ({ port, protocol: "TCP" })) }),
        })),
      ) as unknown,
    ],
  ],
  route: (value, live) => listOf(value).flatMap((each) => routePairs(each, live)),
  autoscale: ({ min, max, cpu, memory, metrics = [], behavior }, { name, objects }) => {
    const use = (resource: string, averageUtilization?: number) =>
      averageUtilization === undefined
        ? []
        : [
            {
              type: "Resource",
              resource: { name: resource, target: { type: "Utilization", averageUtilization } },
            },
          ];
    const wanted = [...use("cpu", cpu), ...use("memory", memory), ...metrics];
    return [
      [
        "autoscale",
        objects.find("HorizontalPodAutoscaler", name)?.spec,
        {
          ...{ minReplicas: min, maxReplicas: max, ...(behavior && { behavior }) },
          metrics: expect.arrayContaining(wanted) as unknown,
        },
      ],
    ];
  },
};

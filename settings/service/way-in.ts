import { z } from "zod";

import type {
  IngressDefinition,
  PathDefinition,
  TlsDefinition,
} from "../../components/service/ingress.ts";
import type {
  ParentDefinition,
  RouteDefinition,
  RoutePathDefinition,
} from "../../components/service/route.ts";
import type { WayInDefinition } from "../../components/service/way-in.ts";
import type { ShapeOf } from "../../contract/field.ts";
import * as field from "../fields.ts";
import { either } from "./either.ts";
import { annotations, labels } from "./marks.ts";
import { plainFields } from "./plain-fields.ts";

const PATH_TYPES = ["Prefix", "Exact", "ImplementationSpecific"] as const;
const ROUTE_PATH_TYPES = ["PathPrefix", "Exact", "RegularExpression"] as const;

/** What a controller understands of it depends on its type: see `wayInFaults`. */
const path = field.text(/^\/\S*$/, "a path such as /api, which begins with / and has no space");

const backendPort = z.union([field.port, z.string()], {
  error: "allowed: the number or the name of a port of the Service",
});

const hosts = field
  .list(field.host, "a list of host names such as shop.example.com")
  .min(1, { error: "allowed: at least one host" });

const shared = {
  name: field.label.exactOptional(),
  host: field.host.exactOptional(),
  hosts: hosts.exactOptional(),
  path: path.exactOptional(),
  annotations: annotations.exactOptional(),
  labels: labels.exactOptional(),
};

function pathsOf<Path extends z.ZodType>(each: Path, keys: string) {
  return field
    .list(either(path, each), `a list of paths, or of {${keys}}`)
    .min(1, { error: "allowed: at least one path; leave paths out for all of them" });
}

const ingressPath = field.mapping(
  {
    path,
    pathType: field.oneOf(...PATH_TYPES).exactOptional(),
    service: field.label.exactOptional(),
    port: backendPort.exactOptional(),
  } satisfies ShapeOf<PathDefinition>,
  "path, and as needed pathType, service and port",
);

const certificates = field.list(
  field.mapping(
    {
      hosts: hosts.exactOptional(),
      secretName: field.objectName.exactOptional(),
    } satisfies ShapeOf<TlsDefinition>,
    "hosts and secretName",
  ),
  "a list of {hosts, secretName}",
);
const certificate = z.union([field.objectName, z.literal(true)], {
  error:
    "allowed: the name of a TLS Secret, true for the controller's own certificate, or a list of {hosts, secretName}",
});
const tls = either(certificate, certificates);

const ingress = field.mapping(
  {
    host: shared.host,
    class: field.objectName.exactOptional(),
    path: shared.path,
    tls: tls.exactOptional(),
    awaitAddress: field.choice("whether a release waits for the address").exactOptional(),
    hosts: shared.hosts,
    paths: pathsOf(ingressPath, "path, pathType, service, port").exactOptional(),
    pathType: field.oneOf(...PATH_TYPES).exactOptional(),
    annotations: shared.annotations,
    labels: shared.labels,
    name: shared.name,
  } satisfies ShapeOf<IngressDefinition>,
  "host or hosts, and as needed class, path or paths, pathType, tls, annotations, labels, name and awaitAddress",
);

const parent = field.mapping(
  {
    name: field.objectName,
    namespace: field.label.exactOptional(),
    sectionName: field.objectName.exactOptional(),
    port: field.port.exactOptional(),
    kind: field.text(/^[A-Z][A-Za-z0-9]*$/, "a kind such as Gateway").exactOptional(),
    group: field
      .text(/^[a-z0-9.-]*$/, "an API group such as gateway.networking.k8s.io")
      .exactOptional(),
  } satisfies ShapeOf<ParentDefinition>,
  "name, and as needed namespace, sectionName and port",
);

const filters = field.list(plainFields, "a list of filters in Kubernetes' own words");

const routePath = field.mapping(
  {
    path,
    pathType: field.oneOf(...ROUTE_PATH_TYPES).exactOptional(),
    service: field.label.exactOptional(),
    port: backendPort.exactOptional(),
    filters: filters.exactOptional(),
  } satisfies ShapeOf<RoutePathDefinition>,
  "path, and as needed pathType, service, port and filters",
);

const route = field.mapping(
  {
    parents: field
      .list(parent, "a list of Gateways, {name, namespace, sectionName}")
      .min(1, { error: "allowed: at least one Gateway" }),
    host: shared.host,
    hosts: shared.hosts,
    path: shared.path,
    paths: pathsOf(routePath, "path, pathType, service, port, filters").exactOptional(),
    pathType: field.oneOf(...ROUTE_PATH_TYPES).exactOptional(),
    filters: filters.exactOptional(),
    timeouts: plainFields.exactOptional(),
    rules: field
      .list(plainFields, "a list of rules in Kubernetes' own words")
      .min(1, { error: "allowed: at least one rule" })
      .exactOptional(),
    annotations: shared.annotations,
    labels: shared.labels,
    name: shared.name,
    scheme: field.oneOf("http", "https").exactOptional(),
  } satisfies ShapeOf<RouteDefinition>,
  "parents, and as needed host or hosts, path or paths, filters, timeouts, rules, annotations, labels, name and scheme",
);

function oneOrSeveral<One extends z.ZodType>(one: One, what: string) {
  const several = field
    .list(one, `a list of ${what}`)
    .min(1, { error: "allowed: at least one; leave it out for none" });
  return either(one, several);
}

/** How a service is reached from outside the cluster. */
export function wayInShape() {
  return {
    ingress: oneOrSeveral(ingress, "Ingresses").exactOptional(),
    route: oneOrSeveral(route, "routes").exactOptional(),
  } satisfies ShapeOf<WayInDefinition>;
}

import type { Service } from "../service-definition.ts";
import type { PlainFields } from "../service/autoscale.ts";
import type { Backend } from "../service/backend.ts";
import type { CompletedRoute } from "../service/route.ts";
import { markedMetadataOf, SKIP_AWAIT } from "./labels.ts";
import { TRAEFIK_API } from "./weighted.ts";

/** A filter that answers by itself: the API server accepts no backend beside it. */
const REDIRECT = "RequestRedirect";

/**
 * The ways in through Gateways, as many as the settings have.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export function httpRouteManifests(service: Service) {
  return service.routes.map((route) => httpRouteManifest(service, route));
}

function httpRouteManifest(service: Service, route: CompletedRoute) {
  const { name, parents, hosts, rules, backend } = route;
  const referenceTo = (to: Backend) => referenceOf(service, backend, to);
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { ...markedMetadataOf(service, route, SKIP_AWAIT), name },
    spec: {
      parentRefs: parents.map((parent) => ({ ...parent })),
      ...(hosts.length > 0 && { hostnames: [...hosts] }),
      rules:
        rules?.map((rule) => withBackend(rule, referenceTo(backend))) ??
        pathRules(route, referenceTo),
    },
  };
}

function pathRules({ paths, timeouts }: CompletedRoute, referenceTo: (to: Backend) => PlainFields) {
  return paths.map(({ path, pathType, filters, ...backend }) =>
    withBackend(
      {
        matches: [{ path: { type: pathType, value: path } }],
        ...(filters.length > 0 && { filters }),
        ...(timeouts && { timeouts }),
      },
      referenceTo(backend),
    ),
  );
}

function withBackend(rule: PlainFields, reference: PlainFields): PlainFields {
  const filters = Array.isArray(rule["filters"]) ? (rule["filters"] as PlainFields[]) : [];
  const isRedirected = filters.some(({ type }) => type === REDIRECT);
  return {
    ...rule,
    ...(!("backendRefs" in rule) && !isRedirected && { backendRefs: [reference] }),
  };
}

/** Where requests go: to a Service or, if something divides them between old and new pods, to that. */
function referenceOf(
  { name, weights }: Service,
  own: Backend,
  { service, port }: Backend,
): PlainFields {
  const [group = ""] = TRAEFIK_API.split("/");
  const isDivided = weights !== undefined && service === name && port === own.port;
  return isDivided ? { group, kind: "TraefikService", name } : { name: service, port };
}

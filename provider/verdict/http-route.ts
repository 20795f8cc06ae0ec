import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Finding } from "./finding.ts";
import {
  type Condition,
  type HttpRoute,
  nameOf,
  type Observed,
  type ParentReference,
} from "./objects.ts";

/** What a Gateway's controller says of a route that it serves. */
const NEEDED = ["Accepted", "ResolvedRefs"] as const;

/** A Gateway that is applied beside the route may refuse it for a moment. */
const REFUSED_SECONDS = 30;

const GATEWAY_GROUP = "gateway.networking.k8s.io";

/**
 * Whether each HTTPRoute is accepted by each of its parents, which have resolved all that it refers to.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#routeconditiontype
 */
export function judgeRoutes({ routes = [] }: ReadinessInputs, observed: Observed): Finding[] {
  return routes.flatMap((name) => {
    const route = observed.routes?.find((each) => nameOf(each) === name);
    const object = `httproute ${name}`;
    const { parentRefs = [] } = route?.spec ?? {};
    if (route === undefined || parentRefs.length === 0) {
      const message =
        route === undefined ? `${object} does not exist` : "it has no parent any more";
      return [{ reason: "route-not-accepted", object, message } as const];
    }
    return parentRefs.flatMap((parent) => judgeParent(object, route, parent));
  });
}

function judgeParent(object: string, route: HttpRoute, parent: ParentReference): Finding[] {
  const { namespace: home, generation = 0 } = route.metadata ?? {};
  const key = keyOf(parent, home);
  const title = titleOf(parent);
  // More than one controller may have something to say of a parent; one that serves it is enough.
  const said = (route.status?.parents ?? [])
    .filter(({ parentRef }) => keyOf(parentRef, home) === key)
    .map(({ conditions = [] }) => conditions.filter((each) => isPresent(each, generation)));
  if (said.some((conditions) => NEEDED.every((type) => isMet(conditions, type)))) {
    return [];
  }
  const refused = said.flat().find(({ type, status }) => isNeeded(type) && status === "False");
  if (refused === undefined) {
    const message = `no controller of ${title} has accepted it`;
    return [{ reason: "route-not-accepted", object, message }];
  }
  const { type, reason = "", message: words = "" } = refused;
  const own = words.trim() === "" ? "" : `: ${words.trim()}`;
  const message = `${title} says ${type}: False (${reason})${own}${meaningOf(reason, route)}`;
  return [{ reason: "route-not-accepted", object, message, tolerance: REFUSED_SECONDS }];
}

/**
 * What the Gateway API's own reasons mean: some controllers say no more than these.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#routeconditionreason
 */
const MEANINGS: Readonly<Record<string, string>> = {
  NoMatchingListenerHostname: "no listener of it serves the route's hosts",
  NoMatchingParent: "it has no listener of that name or port",
  NotAllowedByListeners: "its listeners let in no routes of this namespace (allowedRoutes)",
  BackendNotFound: "a Service that the route leads to does not exist",
  RefNotPermitted: "what the route leads to is in a namespace whose ReferenceGrants do not let it",
  InvalidKind: "it leads to no object of that kind",
};

function meaningOf(reason: string, { spec }: HttpRoute): string {
  const meaning = Object.hasOwn(MEANINGS, reason) ? MEANINGS[reason] : undefined;
  const { hostnames = [] } = spec ?? {};
  const hosts = reason === "NoMatchingListenerHostname" ? ` ${hostnames.join(", ")}` : "";
  return meaning === undefined ? "" : `; ${meaning}${hosts}`;
}

/** Whether a condition is about the route as it was applied. */
function isPresent(condition: Condition, generation: number): boolean {
  const { observedGeneration } = condition;
  return observedGeneration === undefined || observedGeneration >= generation;
}

function isMet(conditions: readonly Condition[], needed: string): boolean {
  return conditions.some(({ type, status }) => type === needed && status === "True");
}

function isNeeded(type: string): boolean {
  return NEEDED.some((needed) => needed === type);
}

function titleOf({ kind = "Gateway", namespace, name, sectionName }: ParentReference): string {
  const within = namespace === undefined ? "" : `${namespace}/`;
  const section = sectionName === undefined ? "" : ` (${sectionName})`;
  return `${kind} ${within}${name}${section}`;
}

/** What tells a parent from others, with the API's defaults. */
function keyOf(parent: ParentReference, home: string | undefined): string {
  const { group = GATEWAY_GROUP, kind = "Gateway", namespace = home } = parent;
  const { name, sectionName, port } = parent;
  return JSON.stringify([group, kind, namespace, name, sectionName ?? null, port ?? null]);
}

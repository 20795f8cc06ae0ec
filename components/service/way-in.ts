import { listOf } from "./backend.ts";
import { type CompletedIngress, completeIngress, type IngressDefinition } from "./ingress.ts";
import type { CompletedPorts } from "./ports.ts";
import { type CompletedRoute, completeRoute, type RouteDefinition } from "./route.ts";

/** How a service is reached from outside the cluster. */
export interface WayInDefinition {
  /**
   * Makes the service reachable from outside the cluster: one Ingress, or several.
   * @default - inside the cluster only
   */
  readonly ingress?: IngressDefinition | readonly IngressDefinition[];
  /**
   * Makes the service reachable through Gateways: one HTTPRoute, or several.
   * @default - through none
   */
  readonly route?: RouteDefinition | readonly RouteDefinition[];
}

/** The ways into a service. */
export interface CompletedWayIn {
  readonly ingresses: readonly CompletedIngress[];
  readonly routes: readonly CompletedRoute[];
}

/** The ways into a service with their defaults. */
export function completeWayIn(
  name: string,
  { ingress = [], route = [] }: WayInDefinition,
  ports: CompletedPorts,
): CompletedWayIn {
  return {
    ingresses: listOf(ingress).map((each) => completeIngress(name, each, ports)),
    routes: listOf(route).map((each) => completeRoute(name, each, ports)),
  };
}

import * as pulumi from "@pulumi/pulumi";

import type { ServedKind } from "../contract/served-kinds.ts";
import { askProvider } from "./ask-provider.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

const GROUP = "gateway.networking.k8s.io";
/** What routes are made of. */
const ROUTE = { apiVersion: `${GROUP}/v1`, kind: "HTTPRoute" } as const;

/**
 * Ends the run before anything is registered if a service has a route, and the cluster does not know such objects.
 *
 * @throws RunError with the service and the remedy
 * @see https://gateway-api.sigs.k8s.io/guides/getting-started/#installing-gateway-api
 */
export async function requireRoutes(
  services: Readonly<Record<string, Pick<ServiceDefinition, "route">>>,
  provider: SlipwayProvider,
): Promise<void> {
  const [routed] = Object.keys(services).filter((name) => services[name]?.route !== undefined);
  if (routed === undefined) {
    return;
  }
  const { kinds } = await askProvider("servedKinds", { group: GROUP }, provider);
  const fault = kinds && routeFault(kinds);
  if (fault !== undefined) {
    throw new pulumi.RunError(`slipway:services.${routed}.route: ${fault}`);
  }
}

/** Why there are no routes where the API server serves these kinds of the group. */
export function routeFault(kinds: readonly ServedKind[]): string | undefined {
  const versions = kinds
    .filter(({ kind }) => kind === ROUTE.kind)
    .map(({ apiVersion }) => apiVersion);
  if (versions.includes(ROUTE.apiVersion)) {
    return undefined;
  }
  const others = versions.length === 0 ? "" : `, only ${versions.join(", ")}`;
  return `the cluster does not serve ${ROUTE.kind} of ${ROUTE.apiVersion}${others}; have an administrator install the Gateway API (kubectl apply -f …/standard-install.yaml), or use ingress`;
}

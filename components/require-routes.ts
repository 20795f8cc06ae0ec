import * as pulumi from "@pulumi/pulumi";

import { askProvider } from "./ask-provider.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** What routes are made of. */
const ROUTE = { group: "gateway.networking.k8s.io", version: "v1", kind: "HTTPRoute" } as const;

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
  const routed = Object.keys(services).filter((name) => services[name]?.route !== undefined);
  const { otherVersions } =
    routed.length === 0 ? {} : await askProvider("servedKind", ROUTE, provider);
  if (otherVersions === undefined) {
    return;
  }
  const others =
    otherVersions.length === 0 ? "" : `, only ${otherVersions.join(", ")} of its group`;
  throw new pulumi.RunError(
    `slipway:services.${routed[0] ?? ""}.route: the cluster does not serve ${ROUTE.kind} of ${ROUTE.group}/${ROUTE.version}${others}; have an administrator install the Gateway API (kubectl apply -f …/standard-install.yaml), or use ingress`,
  );
}

import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Finding } from "./finding.ts";
import type { Observed } from "./objects.ts";

/**
 * Whether the Ingress is reachable, as far as its controller tells: it has published an address.
 * A release whose class publishes none says so by `awaitAddress: false`.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export function judgeIngress({ ingress }: ReadinessInputs, observed: Observed): Finding[] {
  if (ingress?.awaitAddress !== true) {
    return [];
  }
  const object = `ingress ${ingress.name}`;
  if (observed.ingress === undefined) {
    const message = `there is no ingress ${ingress.name}`;
    return [{ reason: "ingress-no-address", object, message }];
  }
  const addresses = observed.ingress.status?.loadBalancer?.ingress ?? [];
  if (addresses.some(({ ip, hostname }) => Boolean(ip) || Boolean(hostname))) {
    return [];
  }
  const name = observed.ingress.spec?.ingressClassName;
  const className = name === undefined ? "the default ingress class" : `ingress class ${name}`;
  const message = `no controller of ${className} has published an address`;
  return [{ reason: "ingress-no-address", object, message }];
}

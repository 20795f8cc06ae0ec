import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Finding } from "./finding.ts";
import type { Observed } from "./objects.ts";

/**
 * Whether the Ingress is reachable, as far as its controller says: it has published an address.
 * A release whose class publishes none says so by `awaitAddress: false`.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export function judgeIngress({ ingress }: ReadinessInputs, observed: Observed): Finding[] {
  const { spec, status } = observed.ingress ?? {};
  const addresses = status?.loadBalancer?.ingress ?? [];
  const isReachable = addresses.some(({ ip, hostname }) => Boolean(ip) || Boolean(hostname));
  if (ingress?.awaitAddress !== true || isReachable) {
    return [];
  }
  const object = `ingress ${ingress.name}`;
  const name = spec?.ingressClassName;
  const className = name === undefined ? "the default ingress class" : `ingress class ${name}`;
  const message =
    observed.ingress === undefined
      ? `${object} does not exist`
      : `no controller of ${className} has published an address`;
  return [{ reason: "ingress-no-address", object, message }];
}

import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Finding } from "./finding.ts";
import { type Ingress, nameOf, type Observed } from "./objects.ts";

type Awaited = NonNullable<ReadinessInputs["ingress"]>;

/** All Ingresses of a release, as it was applied. */
export function ingressesOf({ ingress, otherIngresses = [] }: ReadinessInputs): Awaited[] {
  return [...(ingress === undefined ? [] : [ingress]), ...otherIngresses];
}

/**
 * Whether each Ingress is reachable, as far as its controller says: it has published an address.
 * A release whose class publishes none says so by `awaitAddress: false`.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export function judgeIngresses(release: ReadinessInputs, observed: Observed): Finding[] {
  return ingressesOf(release).flatMap((awaited) =>
    judgeIngress(awaited, observedIngress(release, observed, awaited.name)),
  );
}

/** The Ingress of this name, undefined if it does not exist. */
export function observedIngress(
  release: ReadinessInputs,
  { ingress, otherIngresses = [] }: Observed,
  name: string,
): Ingress | undefined {
  return release.ingress?.name === name
    ? ingress
    : otherIngresses.find((other) => nameOf(other) === name);
}

function judgeIngress({ name, awaitAddress }: Awaited, ingress: Ingress | undefined): Finding[] {
  const { spec, status } = ingress ?? {};
  const isReachable = hasAddress(status?.loadBalancer?.ingress);
  if (!awaitAddress || isReachable) {
    return [];
  }
  const object = `ingress ${name}`;
  const named = spec?.ingressClassName;
  const className = named === undefined ? "the default ingress class" : `ingress class ${named}`;
  const message =
    ingress === undefined
      ? `${object} does not exist`
      : `no controller of ${className} has published an address`;
  return [{ reason: "ingress-no-address", object, message }];
}

/** Whether a load balancer has an address. */
export function hasAddress(
  addresses: readonly { readonly ip?: string; readonly hostname?: string }[] = [],
): boolean {
  return addresses.some(({ ip, hostname }) => Boolean(ip) || Boolean(hostname));
}

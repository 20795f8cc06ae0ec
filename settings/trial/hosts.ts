import { fieldsOf, listOf, type Mapping } from "../mapping.ts";

/** What each host of the tried stack is called in a trial. */
export type HostNames = ReadonlyMap<string, string>;

/**
 * `shop.example.com` of pull request 12 is `shop-12` of the trials' domain; a wildcard has no name of its own. Of two hosts that begin alike
 * each keeps all of its name: `www-example-com-12` and `www-example-org-12`.
 */
export function hostNames(
  services: Mapping,
  { number, host: domain = "" }: { readonly number: number; readonly host: string | undefined },
): HostNames {
  const hosts = [
    ...new Set(Object.values(services).flatMap((each) => hostsOf(fieldsOf(each)["ingress"]))),
  ];
  const firsts = hosts.map(firstOf);
  const isShared = (first: string) => firsts.indexOf(first) !== firsts.lastIndexOf(first);
  return new Map(
    hosts.map((host) => {
      const first = firstOf(host);
      const name = isShared(first) ? withoutWildcard(host).replaceAll(".", "-") : first;
      return [host, `${name}-${number}.${domain}`];
    }),
  );
}

/** The same ways in by names of the trial's own: two trials, or a trial and what is tried, never share one. */
export function ingressOf(written: unknown, names: HostNames): unknown {
  if (Array.isArray(written)) {
    return written.map((each: unknown) => ingressOf(each, names));
  }
  const { tls } = fieldsOf(written);
  // Annotations may be orders to whoever watches Ingresses, such as a name to publish.
  const others = Object.fromEntries(
    Object.entries(fieldsOf(written)).filter(
      ([key]) => !["host", "hosts", "tls", "annotations"].includes(key),
    ),
  );
  const hosts = [...new Set(hostsOf(written).flatMap((host) => names.get(host) ?? []))];
  return { ...others, hosts, ...(tls === true && { tls }) };
}

function hostsOf(written: unknown): string[] {
  if (Array.isArray(written)) {
    return written.flatMap(hostsOf);
  }
  const { host, hosts } = fieldsOf(written);
  return [...(typeof host === "string" ? [host] : []), ...listOf(hosts).map(String)];
}

function firstOf(host: string): string {
  return withoutWildcard(host).split(".")[0] ?? "";
}

function withoutWildcard(host: string): string {
  return host.replace(/^\*\./, "any.");
}

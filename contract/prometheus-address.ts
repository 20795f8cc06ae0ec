/** A Service of the cluster that Prometheus answers on. */
export interface PrometheusService {
  readonly namespace: string;
  /** As the API server's proxy has it: `http:prometheus:9090`. */
  readonly name: string;
  /** What comes before `/api/v1`; empty for none. */
  readonly path: string;
}

/** `<service>.<namespace>`, and the longer forms that the cluster's DNS knows. A dot at the end makes any name absolute. */
const IN_CLUSTER =
  /^([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})(?:\.svc(?:\.[a-z0-9.-]{0,200}[a-z0-9])?)?$/;
const IP = /^[\d.]+$/;
const PORTS = { "http:": "80", "https:": "443" } as Readonly<Record<string, string>>;

/** Why this cannot be where Prometheus answers; undefined if it can. */
export function prometheusFault(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || !(url.protocol in PORTS)) {
    return "a URL such as http://prometheus.monitoring:9090";
  }
  if (url.username !== "" || url.password !== "") {
    return "a URL without a user and a password, which the state would show";
  }
  return url.search === "" && url.hash === ""
    ? undefined
    : "a URL without a query (?) and a fragment (#)";
}

/**
 * The Service that an address means: `<service>.<namespace>` with or without `.svc` and the cluster's domain. Only the cluster's DNS
 * knows such names, so that it is asked through the API server.
 *
 * @returns undefined for an address that is asked directly
 * @see https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
export function prometheusService(address: string): PrometheusService | undefined {
  const url = URL.parse(address);
  const [, service, namespace] = (url && IN_CLUSTER.exec(url.hostname)) ?? [];
  if (url === null || service === undefined || namespace === undefined || IP.test(url.hostname)) {
    return undefined;
  }
  const port = url.port || (PORTS[url.protocol] ?? "");
  return {
    namespace,
    name: `${url.protocol.slice(0, -1)}:${service}:${port}`,
    path: url.pathname.replace(/\/+$/, ""),
  };
}

/** What Prometheus says of a scrape that failed, and what is wrong then. */
const CAUSES: readonly (readonly [form: RegExp, cause: (place: Place) => string])[] = [
  [
    /server returned HTTP status (?:401|403)/,
    () => "the service wants to know who asks; patches.podMonitor can say so",
  ],
  [
    /server returned HTTP status 3\d\d/,
    () => "the path is redirected; set metrics.path to where that leads",
  ],
  [
    /server returned HTTP status/,
    () => "set metrics.path and metrics.port to where the metrics are",
  ],
  [
    /x509: |certificate/,
    () => "Prometheus does not trust the certificate; patches.podMonitor can set tlsConfig",
  ],
  [
    /HTTP response to HTTPS client|first record does not look like a TLS handshake/,
    () => "the service speaks no TLS on that port; set metrics.scheme to http",
  ],
  [
    /malformed HTTP response|HTTP request to an HTTPS server|tls: /,
    () => "the service speaks TLS on that port; set metrics.scheme to https",
  ],
  [
    /connection refused/,
    ({ port }) =>
      `nothing listens on port ${port} of the pod's address, or a network policy refuses; set metrics.port`,
  ],
  [
    /deadline exceeded|i\/o timeout|no route to host|Timeout/,
    ({ namespace }) =>
      `no answer: a network policy may keep Prometheus out; slipway:monitoring.namespace is ${namespace}, and slipway:monitoring.pods are to be the labels of its pods`,
  ],
  [
    /expected |invalid metric|unsupported Content-Type|unexpected end|text format|received unsupported/,
    () => "what the path answers are no metrics in Prometheus' format; set metrics.path",
  ],
];

/** What a failed scrape is about. */
interface Place {
  readonly port: string;
  /** Where Prometheus is said to be. */
  readonly namespace: string;
}

/** What a failed scrape comes from, as far as Prometheus' words show it; undefined if they do not. */
export function scrapeCause(error: string, place: Place): string | undefined {
  const [, cause] = CAUSES.find(([form]) => form.test(error)) ?? [];
  return cause?.(place);
}

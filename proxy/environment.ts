import { isExempt } from "./no-proxy.ts";
import { type Proxy, proxyOf } from "./proxy.ts";

type Variables = Readonly<Record<string, string | undefined>>;

const PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * The proxy of the environment on the way to a server, by the rules of Go's tools, so that whatever reaches the server with
 * kubectl reaches it here: `HTTPS_PROXY` for https and `HTTP_PROXY` for http, neither for the other, the names in capitals
 * first; `NO_PROXY` excepts servers. A proxy without a scheme is an HTTP proxy. `ALL_PROXY` is not read.
 *
 * @throws Error if the variable names something else
 * @see https://pkg.go.dev/net/http#ProxyFromEnvironment
 */
export function proxyFromEnvironment(server: URL, variables: Variables): Proxy | undefined {
  const { protocol, hostname, port } = server;
  const named = firstOf(variables, protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (named === undefined || PORTS[protocol] === undefined) {
    return undefined;
  }
  const target = { host: hostname.replace(/^\[|\]$/g, ""), port: port || PORTS[protocol] };
  if (isExempt(target, firstOf(variables, "NO_PROXY")?.value ?? "")) {
    return undefined;
  }
  const { name, value } = named;
  return proxyOf(value.includes("://") ? value : `http://${value}`, name);
}

function firstOf(variables: Variables, name: string) {
  return [name, name.toLowerCase()]
    .map((each) => ({ name: each, value: variables[each] ?? "" }))
    .find(({ value }) => value !== "");
}

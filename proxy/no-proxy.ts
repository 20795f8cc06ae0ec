import { BlockList, isIP, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";

/** The host of a URL and its port, as rules are compared with them. */
export interface Target {
  /** Without brackets. */
  readonly host: string;
  readonly port: string;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * Whether a server is reached without a proxy, by the rules of Go's tools, as which kubectl and Pulumi's Kubernetes provider
 * read `NO_PROXY`: loopback always is; so is what an entry names: a domain with those below it, or only those
 * (`.corp`, `*.corp`), an address, a network (`10.0.0.0/8`), each but a network with a port if wanted, or all (`*`).
 *
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function isExempt(target: Target, noProxy: string): boolean {
  return (
    target.host === "localhost" ||
    isWithin(LOOPBACK, target.host) ||
    noProxy
      .split(",")
      .map((entry) => entry.trim().toLowerCase())
      .some((entry) => entry !== "" && isNamedBy(entry, target))
  );
}

function isNamedBy(entry: string, target: Target): boolean {
  if (entry === "*") {
    return true;
  }
  const network = networkOf(entry);
  if (network !== undefined) {
    return isWithin(network, target.host);
  }
  const { host, port } = splitPort(entry);
  if (host === "" || (port !== "" && port !== target.port)) {
    return false;
  }
  return isIP(host) > 0 ? isSame(host, target.host) : isIn(host, target.host);
}

function isIn(domain: string, host: string): boolean {
  if (isIP(host) > 0) {
    return false;
  }
  const isBelowOnly = /^\*?\./.test(domain);
  const name = domain.replace(/^\*?\./, "");
  const ascii = domainToASCII(name) || name;
  return host.endsWith(`.${ascii}`) || (!isBelowOnly && host === ascii);
}

/** `host:port`, or what is only a host: IPv6 has brackets if it has a port, and none without. */
function splitPort(entry: string): Target {
  const [, bracketed, bare, port = ""] =
    /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? [];
  return { host: bracketed ?? bare ?? entry, port };
}

function networkOf(entry: string): BlockList | undefined {
  const [, address = "", length = ""] =
    /^([\d.]+|[\da-f:.]*:[\da-f:.]*)\/(\d{1,3})$/.exec(entry) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(length) > (family === 4 ? 32 : 128)) {
    return undefined;
  }
  const network = new BlockList();
  network.addSubnet(address, Number(length), family === 4 ? "ipv4" : "ipv6");
  return network;
}

function isSame(address: string, host: string): boolean {
  const one = new BlockList();
  one.addAddress(address, isIPv6(address) ? "ipv6" : "ipv4");
  return isWithin(one, host);
}

function isWithin(network: BlockList, host: string): boolean {
  return isIP(host) > 0 && network.check(host, isIPv6(host) ? "ipv6" : "ipv4");
}

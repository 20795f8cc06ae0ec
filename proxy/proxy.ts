/** A proxy on the way to a server, with what names it. */
export interface Proxy {
  /** With the user and the password that the proxy wants, if it wants any. */
  readonly url: URL;
  /** E.g. `HTTPS_PROXY`. */
  readonly namedBy: string;
}

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "socks5:", "socks5h:"]);

/**
 * The proxy of a URL, of the kinds that Kubernetes' own tools know.
 * @throws Error if it is none
 */
export function proxyOf(text: string, namedBy: string): Proxy {
  if (URL.canParse(text) && SCHEMES.has(new URL(text).protocol) && hasReadableUser(text)) {
    return { url: new URL(text), namedBy };
  }
  // The text may have a password.
  throw new Error(
    `${namedBy}: no URL of a proxy; allowed: http://, https://, socks5:// or socks5h:// with a host, in which user and password are percent-encoded; correct it`,
  );
}

/** E.g. `proxy http://proxy.corp:3128 (HTTPS_PROXY)`: never with the user and the password. */
export function titleOf({ url, namedBy }: Proxy): string {
  return `proxy ${url.protocol}//${url.host} (${namedBy})`;
}

/** A per cent sign that begins no character makes the user or the password unreadable. */
function hasReadableUser(text: string): boolean {
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

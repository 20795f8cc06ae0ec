import { type Proxy, titleOf } from "./proxy.ts";

const WANTS_LOGIN = 407;

/** How the forwarding of a request in clear ends if the proxy wants a login. */
const FORWARDING_WANTS_LOGIN = /Proxy Authentication Required \(407\)/;

/** What the system says of a request that was given up. */
const GIVEN_UP = /operation was aborted|Request was cancelled|Connect Timeout|timed out/i;

/** An error of a request on whose way there is a proxy. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";

  /** The HTTP status that the proxy refuses with; undefined if it may be the server's fault, or the network's. */
  readonly status: number | undefined;

  private constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }

  /** @param why the HTTP status, or the proxy's words */
  static refusal(proxy: Proxy, why: number | string): ProxyError {
    const remedy = why === WANTS_LOGIN ? loginFor(proxy) : remedyFor(proxy);
    return new ProxyError(
      `${titleOf(proxy)} refuses the connection (${why}); ${remedy}`,
      typeof why === "number" ? why : undefined,
    );
  }

  /**
   * An error as it came, with the proxy on the way.
   * @param message of the error, with those of its causes
   */
  static from(proxy: Proxy, error: unknown, message: string): ProxyError {
    const known = [error, (error as Error).cause].find((each) => each instanceof ProxyError);
    if (known !== undefined) {
      return known;
    }
    if (FORWARDING_WANTS_LOGIN.test(message)) {
      return ProxyError.refusal(proxy, WANTS_LOGIN);
    }
    const what = GIVEN_UP.test(message) ? "no answer" : message;
    return new ProxyError(`${what} through ${titleOf(proxy)}; ${remedyFor(proxy)}`);
  }
}

function loginFor({ url, namedBy }: Proxy): string {
  return `give it a user and a password in ${namedBy}: ${url.protocol}//<user>:<password>@${url.host}`;
}

function remedyFor({ namedBy }: Proxy): string {
  return /_proxy$/i.test(namedBy)
    ? `check ${namedBy}, and ${namedBy === namedBy.toUpperCase() ? "NO_PROXY" : "no_proxy"} for what is reached without it`
    : `check ${namedBy}`;
}

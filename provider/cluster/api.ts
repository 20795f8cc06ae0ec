import type * as ClientNode from "@kubernetes/client-node";
import { CredentialError } from "../../kubeconfig/credential-error.ts";
import { ProxyError } from "../../proxy/error.ts";
import { ApiError, messageOf } from "./api-error.ts";
import {
  connect,
  type Connection,
  type ConnectionConfig,
  reconnected,
  serverOf,
} from "./connection.ts";
import { encoded } from "./encoded.ts";
import { limited, type LimitedAnswer } from "./limited.ts";
import { authenticateOnce } from "./session.ts";
import { type Redirect, redirect } from "./redirect.ts";
import { parsed, statusMessage } from "./plain-messages.ts";
import { authenticate, refusedCertificate, refusedCredentials } from "./credentials.ts";
import { Turns } from "./turns.ts";
import { watched, type Watcher } from "./watched.ts";

/** An answer that takes longer counts as no answer. */
const REQUEST_MILLISECONDS = 20_000;

/** Requests that are under way when credentials are refused are refused as well: one new look at the kubeconfig is for all. */
const RENEWAL_MILLISECONDS = 1000;

const UNAUTHORIZED = 401;

/** Requests that are under way at a time: hundreds of releases that begin at once would have a connection each. */
const AT_A_TIME = 64;

/** The query of a path. */
export type Query = Readonly<Record<string, string | number | boolean>>;

/** Requests to an API server: plain JSON by path, so that lists and watches give objects of one shape. */
export interface Api {
  /**
   * Prepares for requests.
   * @throws Error if the kubeconfig or its credentials cannot be used
   */
  open(signal?: AbortSignal): Promise<void>;
  /**
   * The same API server for many requests, which share connections.
   * @param token in place of all credentials of whoever asks here
   */
  session(token?: string): Api;
  /** Now by the API server's clock, in milliseconds since 1970; undefined before its first answer. */
  clusterTime(): number | undefined;
  get(path: string, query?: Query, signal?: AbortSignal): Promise<unknown>;
  text(path: string, query?: Query, signal?: AbortSignal): Promise<string>;
  /** Where a path leads: the answer to a `GET`, which is not followed; undefined if it is no redirect. */
  redirect(path: string, signal: AbortSignal): Promise<Redirect | undefined>;
  /** The answer of what is behind the API server, whatever its status; an error if it is larger. */
  limited(path: string, query: Query, bytes: number, signal: AbortSignal): Promise<LimitedAnswer>;
  /** Undefined if the answer has no body. */
  post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Applies a JSON patch (RFC 6902). */
  patch(path: string, body: unknown, query?: Query, signal?: AbortSignal): Promise<unknown>;
  delete(path: string, options: unknown, signal?: AbortSignal): Promise<void>;
  /** Settles when the watch has ended: resolved by the server or by silence, rejected by an error or the signal. */
  watch(path: string, query: Query, on: Watcher, signal: AbortSignal): Promise<void>;
}

/**
 * The API server of a kubeconfig's context. The client library is loaded with the first request.
 *
 * Credentials that are refused are read again, because somebody may have logged in again meanwhile.
 *
 * @throws from each request: `ApiError` for a refusal, `CredentialError` for credentials that are missing or refused,
 * `ProxyError` or the network's error if there is no answer
 */
export class KubeconfigApi implements Api {
  #connection: Promise<Connection> | undefined;
  /** When credentials were last read, on the clock of `performance.now`. */
  #readAt = 0;
  /** The API server's clock less our own, in milliseconds. */
  #offset: number | undefined;

  readonly #turns = new Turns(AT_A_TIME);
  private readonly config: Config;
  readonly #authenticate: typeof authenticate;

  constructor(config: Config) {
    this.config = config;
    this.#authenticate = config.isSession === true ? authenticateOnce() : authenticate;
  }

  session(token?: string): Api {
    const own = token === undefined ? {} : { token };
    return new KubeconfigApi({ ...this.config, ...own, isSession: true });
  }

  async open(signal?: AbortSignal): Promise<void> {
    await this.#ask(async (connection) => {
      const request = requestOf(connection, "GET", "/");
      await authenticate(connection.kubeconfig, request, bounded(signal));
    });
  }

  clusterTime(): number | undefined {
    return this.#offset === undefined ? undefined : Date.now() + this.#offset;
  }

  async get(path: string, query?: Query, signal?: AbortSignal): Promise<unknown> {
    return parsed(await this.text(path, query, signal));
  }

  text(path: string, query?: Query, signal?: AbortSignal): Promise<string> {
    return this.#send("GET", path, { query }, signal);
  }

  redirect(path: string, signal: AbortSignal): Promise<Redirect | undefined> {
    return this.#ask(async (connection) => {
      const request = requestOf(connection, "GET", path);
      await authenticate(connection.kubeconfig, request, signal);
      return redirect(request, signal);
    });
  }

  limited(path: string, query: Query, bytes: number, signal: AbortSignal): Promise<LimitedAnswer> {
    return this.#ask(async (connection) => {
      const request = requestOf(connection, "GET", path, query);
      await authenticate(connection.kubeconfig, request, signal);
      return limited(request, bytes, signal);
    });
  }

  async post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    const text = await this.#send("POST", path, { body, type: "application/json" }, signal);
    return text === "" ? undefined : parsed(text);
  }

  async patch(path: string, body: unknown, query?: Query, signal?: AbortSignal): Promise<unknown> {
    const content = { query, body, type: "application/json-patch+json" };
    return parsed(await this.#send("PATCH", path, content, signal));
  }

  async delete(path: string, options: unknown, signal?: AbortSignal): Promise<void> {
    await this.#send("DELETE", path, { body: options, type: "application/json" }, signal);
  }

  watch(path: string, query: Query, on: Watcher, signal: AbortSignal): Promise<void> {
    return this.#ask(({ client, kubeconfig }) => {
      const own = Object.create(kubeconfig, {
        applySecurityAuthentication: {
          value: (request: ClientNode.RequestContext) =>
            authenticate(kubeconfig, request, bounded(signal)),
        },
      }) as ClientNode.KubeConfig;
      return watched(new client.Watch(own), { path, query, on }, signal);
    });
  }

  #send(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    { query = {}, body: content, type }: Content,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const send = async (connection: Connection) => {
      const request = requestOf(connection, method, path, query);
      if (type !== undefined) {
        request.setHeaderParam("Content-Type", type);
        request.setBody(encoded(content));
      }
      const bound = bounded(signal);
      request.setSignal(bound);
      await this.#authenticate(connection.kubeconfig, request, bound);
      const answer = await connection.http.send(request).toPromise();
      const text = await answer.body.text();
      const date = Date.parse(answer.headers["date"] ?? "");
      if (!Number.isNaN(date)) {
        this.#offset = date - Date.now();
      }
      const { httpStatusCode } = answer;
      if (httpStatusCode >= 400) {
        throw new ApiError(httpStatusCode, statusMessage(text) ?? `HTTP ${httpStatusCode}`);
      }
      return text;
    };
    return this.#turns.take(() => this.#ask(send), signal);
  }

  /** Has an error say whose credentials are to blame, or which proxy may be. */
  async #ask<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    const connecting = (this.#connection ??= connect(this.config));
    const connection = await connecting;
    try {
      return await ask(connection);
    } catch (error) {
      const known = blamed(error, connection);
      if (known instanceof CredentialError) {
        this.#renew(connecting, connection);
      }
      throw known;
    }
  }

  #renew(refused: Promise<Connection>, connection: Connection): void {
    const now = performance.now();
    if (this.#connection === refused && now - this.#readAt >= RENEWAL_MILLISECONDS) {
      this.#readAt = now;
      this.#connection = reconnected(connection, this.config);
    }
  }
}

/** An error of a request that says whose credentials are to blame, or which proxy may be. */
function blamed(error: unknown, { kubeconfig, proxy }: Connection): unknown {
  const user = kubeconfig.getCurrentUser();
  if (error instanceof ApiError || error instanceof CredentialError) {
    const isRefused = error instanceof ApiError && error.status === UNAUTHORIZED;
    return isRefused ? refusedCredentials(user) : error;
  }
  const message = messageOf(error);
  const refused = refusedCertificate(user, message);
  return refused ?? (proxy === undefined ? error : ProxyError.from(proxy, error, message));
}

interface Config extends ConnectionConfig {
  /** @see Api.session */
  readonly isSession?: boolean;
}

/** What a request carries. */
interface Content {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** The media type of the body. */
  readonly type?: string;
}

/** Ends what has no answer in time. */
function bounded(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(REQUEST_MILLISECONDS);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

function requestOf(
  connection: Connection,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  query: Query = {},
): ClientNode.RequestContext {
  const url = new URL(serverOf(connection) + path);
  for (const [key, value] of Object.entries(query)) {
    url.searchParams.set(key, String(value));
  }
  const { HttpMethod, RequestContext } = connection.client;
  return new RequestContext(url.toString(), HttpMethod[method]);
}

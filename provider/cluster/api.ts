import type * as ClientNode from "@kubernetes/client-node";
import type { ProviderConfig } from "../../contract/provider-config.ts";
import { plain } from "../../mask/plain.ts";
import { ApiError } from "./api-error.ts";
import { encoded } from "./encoded.ts";
import { readTokenFiles } from "../../kubeconfig/token-file.ts";
import { type Redirect, unfollowed } from "./redirect.ts";
import { type ClientLibrary, clientLibrary } from "./client-library.ts";
import { withPlainMessages } from "./plain-messages.ts";
import { authenticate } from "./credentials.ts";
import { shareConnections } from "./shared-connections.ts";

/** An answer that takes longer counts as no answer. */
const REQUEST_MILLISECONDS = 20_000;

/** The query of a path. */
export type Query = Readonly<Record<string, string | number | boolean>>;

/** One line of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** Requests to an API server: plain JSON by path, so that lists and watches give objects of one shape. */
export interface Api {
  /**
   * Prepares for requests.
   * @throws Error if the kubeconfig or its credentials cannot be used
   */
  open(signal?: AbortSignal): Promise<void>;
  /** Now by the API server's clock, in milliseconds since 1970; undefined before its first answer. */
  clusterTime(): number | undefined;
  get(path: string, query?: Query, signal?: AbortSignal): Promise<unknown>;
  text(path: string, query?: Query, signal?: AbortSignal): Promise<string>;
  /** Where a path leads: the answer to a `GET`, which is not followed; undefined if it is no redirect. */
  redirect(path: string, signal: AbortSignal): Promise<Redirect | undefined>;
  /** Undefined if the answer has no body. */
  post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Applies a JSON patch (RFC 6902). */
  patch(path: string, body: unknown, query?: Query, signal?: AbortSignal): Promise<unknown>;
  /** Settles when the watch has ended: resolved by the server or by silence, rejected by an error or the signal. */
  watch(
    path: string,
    query: Query,
    on: { opened(): void; event(event: WatchEvent): void },
    signal: AbortSignal,
  ): Promise<void>;
}

/**
 * The API server of a kubeconfig's context. The client library is loaded with the first request.
 *
 * @throws from each request: `ApiError` for a refusal, the network's error if there is no answer
 */
export class KubeconfigApi implements Api {
  #connection: Promise<Connection> | undefined;
  /** The API server's clock less our own, in milliseconds. */
  #offset: number | undefined;

  private readonly config: ProviderConfig;

  constructor(config: ProviderConfig) {
    this.config = config;
  }

  async open(signal?: AbortSignal): Promise<void> {
    const { client, kubeconfig } = await this.#connect();
    const url = urlOf(kubeconfig, "/", {});
    const request = new client.RequestContext(url, client.HttpMethod.GET);
    await authenticate(kubeconfig, request, bounded(signal));
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

  async redirect(path: string, signal: AbortSignal): Promise<Redirect | undefined> {
    const { client, kubeconfig } = await this.#connect();
    const url = urlOf(kubeconfig, path, {});
    const request = new client.RequestContext(url, client.HttpMethod.GET);
    await authenticate(kubeconfig, request, signal);
    return unfollowed(request, signal);
  }

  async post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    const text = await this.#send("POST", path, { body, type: "application/json" }, signal);
    return text === "" ? undefined : parsed(text);
  }

  async patch(path: string, body: unknown, query?: Query, signal?: AbortSignal): Promise<unknown> {
    const content = { query, body, type: "application/json-patch+json" };
    return parsed(await this.#send("PATCH", path, content, signal));
  }

  async watch(
    path: string,
    query: Query,
    on: { opened(): void; event(event: WatchEvent): void },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, kubeconfig } = await this.#connect();
    const own = Object.create(kubeconfig, {
      applySecurityAuthentication: {
        value: (request: ClientNode.RequestContext) =>
          authenticate(kubeconfig, request, bounded(signal)),
      },
    }) as ClientNode.KubeConfig;
    const watch = new client.Watch(own);
    let open = true;
    let connection: AbortController | undefined;
    await new Promise<void>((resolve, reject) => {
      const end = (error: unknown) => {
        open = false;
        signal.removeEventListener("abort", abort);
        if (error === null || error === undefined || isSilence(error)) {
          resolve();
        } else {
          reject(asError(error));
        }
      };
      const abort = () => {
        connection?.abort();
        end(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      const onEvent = (type: string, object: unknown) => {
        // Lines that were read ahead come even after the end; the next watch will bring them again.
        if (open) {
          on.event({ type, object: withPlainMessages(object) });
        }
      };
      watch.watch(path, query, onEvent, end).then((controller) => {
        if (open) {
          connection = controller;
          on.opened();
        } else {
          controller.abort();
        }
      }, end);
    });
  }

  async #send(
    method: "GET" | "POST" | "PATCH",
    path: string,
    { query = {}, body: content, type }: Content,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { client, kubeconfig, http } = await this.#connect();
    const url = urlOf(kubeconfig, path, query);
    const request = new client.RequestContext(url, client.HttpMethod[method]);
    if (type !== undefined) {
      request.setHeaderParam("Content-Type", type);
      request.setBody(encoded(content));
    }
    const bound = bounded(signal);
    request.setSignal(bound);
    await authenticate(kubeconfig, request, bound);
    const { httpStatusCode, headers, body } = await http.send(request).toPromise();
    const text = await body.text();
    const date = Date.parse(headers["date"] ?? "");
    if (!Number.isNaN(date)) {
      this.#offset = date - Date.now();
    }
    if (httpStatusCode >= 400) {
      throw new ApiError(httpStatusCode, statusMessage(text) ?? `HTTP ${httpStatusCode}`);
    }
    return text;
  }

  #connect(): Promise<Connection> {
    this.#connection ??= connect(this.config);
    return this.#connection;
  }
}

/** What a request carries. */
interface Content {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** The media type of the body. */
  readonly type?: string;
}

interface Connection {
  readonly client: ClientLibrary;
  readonly kubeconfig: ClientNode.KubeConfig;
  readonly http: ClientNode.Configuration["httpApi"];
}

async function connect({ kubeconfig: file, context }: ProviderConfig): Promise<Connection> {
  const client = await clientLibrary();
  const kubeconfig = new client.KubeConfig();
  kubeconfig.loadFromFile(file);
  await readTokenFiles(kubeconfig, file);
  if (kubeconfig.getContextObject(context) === null) {
    const names = kubeconfig.getContexts().map(({ name }) => name);
    throw new Error(
      `context ${context} is not in ${file}, which has ${names.join(", ") || "none"}; set one of these`,
    );
  }
  kubeconfig.setCurrentContext(context);
  shareConnections(kubeconfig);
  return { client, kubeconfig, http: client.createConfiguration().httpApi };
}

/** Ends what has no answer in time. */
function bounded(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(REQUEST_MILLISECONDS);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

function urlOf(kubeconfig: ClientNode.KubeConfig, path: string, query: Query): string {
  const url = new URL(`${kubeconfig.getCurrentCluster()?.server.replace(/\/$/, "") ?? ""}${path}`);
  for (const [key, value] of Object.entries(query)) {
    url.searchParams.set(key, String(value));
  }
  return url.toString();
}

function parsed(text: string): unknown {
  return withPlainMessages(JSON.parse(text));
}

/** Refusals carry a `Status` object. */
function statusMessage(text: string): string | undefined {
  try {
    const { message } = parsed(text) as { readonly message?: string };
    return message;
  } catch {
    return plain(text.slice(0, 200)) || undefined;
  }
}

/** The library ends a watch that was silent for half a minute, so that a dead connection is noticed. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function asError(error: unknown): Error {
  if (!(error instanceof Error)) {
    return new Error(String(error));
  }
  return "statusCode" in error && typeof error.statusCode === "number"
    ? new ApiError(error.statusCode, error.message)
    : error;
}

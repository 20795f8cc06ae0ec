import {
  Agent as HttpAgent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as http,
} from "node:http";
import { Agent, request as https, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, type ApiStatus, UnreachableError } from "./api-error.ts";
import type { Configuration } from "./configuration.ts";

/** A request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Hears what the API server warns of. */
  readonly warn?: (message: string) => void;
}

/** The API server has not worked on the request. */
const UNTOUCHED_CODES = [429, 503, "ECONNREFUSED"] as const;
const RETRIED_CODES: ReadonlySet<number | string> = new Set([
  ...UNTOUCHED_CODES,
  500,
  502,
  504,
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
]);
/** A creation whose answer was lost is an error, since nobody can tell its object from that of somebody else. */
const RETRIED_CREATION_CODES: ReadonlySet<number | string> = new Set(UNTOUCHED_CODES);
const PAUSES_MILLISECONDS = [200, 400, 800, 1600, 3200];
const IDLE_MILLISECONDS = 60_000;

/** A connection to one cluster, made with the credentials of a kubeconfig at the first request. */
export class Connection {
  readonly #configuration: Configuration;
  readonly #pauses: readonly number[];
  #kubeconfig: Promise<KubeConfig> | undefined;
  #options: Promise<RequestOptions> | undefined;

  /** @param pauses milliseconds before each further try */
  constructor(configuration: Configuration, pauses: readonly number[] = PAUSES_MILLISECONDS) {
    this.#configuration = configuration;
    this.#pauses = pauses;
  }

  /** The namespace of objects that name none. */
  async namespace(): Promise<string> {
    const { namespace } = this.#configuration;
    if (namespace !== undefined) {
      return namespace;
    }
    const kubeconfig = await this.#load();
    return kubeconfig.getContextObject(kubeconfig.getCurrentContext())?.namespace ?? "default";
  }

  /**
   * One request, tried again for a few seconds where the failure is likely to pass.
   *
   * @throws ApiError, UnreachableError
   */
  async request(request: ApiRequest): Promise<unknown> {
    const retried = request.method === "POST" ? RETRIED_CREATION_CODES : RETRIED_CODES;
    for (const pause of this.#pauses) {
      try {
        return await this.#send(request);
      } catch (error) {
        const code =
          error instanceof ApiError || error instanceof UnreachableError ? error.code : "";
        if (code === 401) {
          // A token may have run out during a long rollout; the pause is for whoever issues it.
          this.#options = undefined;
        } else if (!retried.has(code)) {
          throw error;
        }
        await sleep(pause);
      }
    }
    return this.#send(request);
  }

  async #send({ method, path, query, body, contentType, warn }: ApiRequest): Promise<unknown> {
    const [kubeconfig, options] = await Promise.all([
      this.#load(),
      (this.#options ??= this.#connect()),
    ]);
    const server = kubeconfig.getCurrentCluster()?.server ?? "";
    const url = new URL(server.replace(/\/$/, "") + path);
    url.search = new URLSearchParams(query).toString();
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: OutgoingHttpHeaders = {
      ...(options.headers as OutgoingHttpHeaders),
      accept: "application/json",
      ...(payload !== undefined && {
        "content-type": contentType ?? "application/json",
        "content-length": Buffer.byteLength(payload),
      }),
    };
    const unreachable = (error: NodeJS.ErrnoException) => {
      throw new UnreachableError(server, error, error.code ?? "");
    };
    const response = await exchange(url, { ...options, method, headers }, payload).catch(
      unreachable,
    );
    const answer = await text(response).catch(unreachable);
    warnings(response.headers["warning"]).forEach((warning) => warn?.(warning));
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) {
      return JSON.parse(answer);
    }
    throw new ApiError(code, statusOf(answer));
  }

  async #load(): Promise<KubeConfig> {
    // An unchanged program never talks to the cluster, and should not wait for this library either.
    this.#kubeconfig ??= import("./kubeconfig.ts").then(({ loadKubeconfig }) =>
      loadKubeconfig(this.#configuration),
    );
    return this.#kubeconfig;
  }

  /** Credentials as client-node resolves them, on an agent that keeps its connections. */
  async #connect(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    const kubeconfig = await this.#load();
    await kubeconfig.applyToHTTPSOptions(
      options as Parameters<KubeConfig["applyToHTTPSOptions"]>[0],
    );
    const cluster = kubeconfig.getCurrentCluster();
    if (cluster?.proxyUrl !== undefined) {
      return options;
    }
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const agent =
      cluster?.server.startsWith("http:") === true
        ? new HttpAgent({ keepAlive: true })
        : new Agent({
            keepAlive: true,
            ca,
            cert,
            key,
            servername,
            ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
          });
    return { headers: options.headers, auth: options.auth, agent };
  }
}

function exchange(
  url: URL,
  options: RequestOptions,
  payload: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "http:" ? http : https;
    const outgoing = send(url, { ...options, timeout: IDLE_MILLISECONDS }, resolve);
    outgoing.on("timeout", () => {
      outgoing.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
    });
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

function statusOf(answer: string): ApiStatus {
  try {
    return JSON.parse(answer) as ApiStatus;
  } catch {
    return { message: answer.trim() };
  }
}

/** The texts of a `Warning` header: `299 - "…", 299 - "…"`. */
function warnings(header: string | undefined): string[] {
  return [...(header ?? "").matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, message = ""]) =>
    message.replace(/\\(.)/g, "$1"),
  );
}

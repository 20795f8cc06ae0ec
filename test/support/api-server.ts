import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type { Right } from "../../rights.ts";
import { patched, REFUSAL } from "./json-patch.ts";

/** Any object of the API. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

interface Change {
  readonly version: number;
  readonly resource: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: ApiObject;
}

/** The `spec` of a SubjectAccessReview, or that of one for oneself, which has no user. */
export interface Review {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes?: Right;
}

interface Watcher {
  readonly resource: string;
  readonly response: ServerResponse;
}

/**
 * An API server in this process, over real HTTP: lists, watches, single objects and logs of one namespace, with
 * the faults that a real one has. It validates nothing and authorises nobody.
 */
export class ApiServer {
  /** Requests since the start, as `list pods`, `watch deployments`, `get pods/log`. */
  readonly requests: string[] = [];
  /** The kinds that are served in groups with a dot, as discovery tells them. */
  kinds: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[] =
    [];
  /** Logs by `pod/container`, or `pod/container/previous`. */
  readonly logs = new Map<string, string>();
  /** Answers `<verb> <resource>` with this status in place of the real answer. */
  readonly faults = new Map<string, number>();
  /** Changes of this resource are kept from the watches that are open. */
  silent: string | undefined;
  /** Milliseconds before each answer. */
  slowness = 0;
  /** Takes requests, and never answers. */
  hangs = false;
  /** Whether the header `Authorization` of a request has credentials that count. */
  accepts: (authorization: string | undefined) => boolean = () => true;
  /** Called with each object before it is created: it may change what is there. */
  creates: ((resource: string, object: ApiObject) => void) | undefined;
  /** Called with each object that was created. */
  created: ((resource: string, object: ApiObject) => void) | undefined;
  /** Called with each object that was patched, before the answer; what it throws is the answer's fault, not the patch's. */
  patchedObject: ((object: ApiObject) => void) | undefined;
  /** Whether a SubjectAccessReview finds that somebody has a right. */
  allows: (review: Review) => boolean = () => false;
  /** Why it allows what it allows. */
  because: string | undefined;
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #watchers = new Set<Watcher>();
  readonly #changes: Change[] = [];
  #version = 1;
  #forgotten = 0;
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<ApiServer> {
    const server = new ApiServer();
    await server.resume();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Watches that are open now. */
  get watching(): readonly string[] {
    return [...this.#watchers].map(({ resource }) => resource).sort();
  }

  /** Creates or changes objects. */
  apply(resource: string, ...objects: readonly ApiObject[]): void {
    for (const object of objects) {
      const known = this.#of(resource).has(object.metadata.name);
      this.#change(resource, known ? "MODIFIED" : "ADDED", object);
    }
  }

  delete(resource: string, name: string): void {
    const object = this.#of(resource).get(name);
    if (object !== undefined) {
      this.#change(resource, "DELETED", object);
    }
  }

  /** Cuts all watches off. */
  dropWatches(): void {
    for (const { response } of this.#watchers) {
      response.destroy();
    }
    this.#watchers.clear();
  }

  /** Forgets what happened so far: watches that resume from there are answered 410 Gone. */
  forget(): void {
    this.#forgotten = this.#version;
    this.#changes.length = 0;
  }

  /** Goes down: connections are cut and refused. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.dropWatches();
    server?.closeAllConnections();
    if (server !== undefined) {
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Comes up again, at the same address. */
  async resume(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #of(resource: string): Map<string, ApiObject> {
    const known = this.#objects.get(resource) ?? new Map<string, ApiObject>();
    this.#objects.set(resource, known);
    return known;
  }

  #change(resource: string, type: Change["type"], given: ApiObject): void {
    const version = ++this.#version;
    const object = { ...given, metadata: { ...given.metadata, resourceVersion: String(version) } };
    if (type === "DELETED") {
      this.#of(resource).delete(object.metadata.name);
    } else {
      this.#of(resource).set(object.metadata.name, object);
    }
    const change = { version, resource, type, object };
    this.#changes.push(change);
    for (const watcher of this.#watchers) {
      if (resource !== this.silent) {
        send(watcher, change);
      }
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.url);
    const [, resource = "", name, subresource] =
      /\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/([^/]+)(?:\/([a-z]+))?)?$/.exec(
        url.pathname.replace(/^\/apis?\/(?:[^/]+\.[^/]+\/|apps\/|batch\/)?v1/, ""),
      ) ?? [];
    const verb = verbOf(request, url, name);
    const asked = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
    this.requests.push(asked);
    await (this.hangs ? new Promise(() => undefined) : sleep(this.slowness));
    if (!this.accepts(request.headers.authorization)) {
      refuse(response, 401, "Unauthorized");
      return;
    }
    const fault = this.faults.get(asked);
    if (fault === undefined && verb === "create" && resource.endsWith("reviews")) {
      await this.#review(request, response);
      return;
    }
    if (fault !== undefined) {
      refuse(
        response,
        fault,
        `${resource} is forbidden: User "ci" cannot ${verb} resource "${resource}"`,
      );
    } else if (verb === "watch") {
      this.#watch(resource, Number(url.searchParams.get("resourceVersion")), response);
    } else if (verb === "list" && resource === "") {
      response.end(JSON.stringify({ kind: "APIResourceList", resources: this.kinds }));
    } else if (verb === "list") {
      this.#list(resource, url.searchParams, response);
    } else if (verb === "create") {
      this.#create(resource, (await json(request)) as ApiObject, response);
    } else if (verb === "delete") {
      const { preconditions } = (await json(request)) as { preconditions?: { uid?: string } };
      const uid = this.#of(resource).get(name ?? "")?.metadata.uid;
      if (uid !== undefined && uid === preconditions?.uid) {
        this.delete(resource, name ?? "");
      }
      response.end("{}");
    } else if (subresource === "log") {
      const previous = url.searchParams.get("previous") === "true" ? "/previous" : "";
      response.end(
        this.logs.get(`${name ?? ""}/${url.searchParams.get("container") ?? ""}${previous}`),
      );
    } else {
      const object = this.#of(resource).get(name ?? "");
      if (object === undefined) {
        refuse(response, 404, `${resource} "${name ?? ""}" not found`);
      } else if (verb === "patch") {
        this.#patch(resource, object, await text(request), response);
      } else {
        response.end(JSON.stringify(object));
      }
    }
  }

  /** Who is answered 403 is told that it has not the right; who is called `ci`. */
  async #review(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { spec = {} } = (await json(request)) as { readonly spec?: Review };
    const { resourceAttributes, user } = spec;
    const { verb = "", resource = "", subresource } = resourceAttributes ?? {};
    const act = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
    const fault = this.faults.get(act);
    const allowed = user === undefined ? fault !== 403 : this.allows(spec);
    const reason = allowed ? this.because : undefined;
    response.end(JSON.stringify({ status: { allowed, reason, userInfo: { username: "ci" } } }));
  }

  #patch(resource: string, object: ApiObject, patch: string, response: ServerResponse): void {
    let result: ApiObject;
    try {
      // It compares with what its own encoder writes, byte by byte.
      if (/[<>&]/.test(patch)) {
        throw new Error(REFUSAL);
      }
      result = patched(object, JSON.parse(patch) as Parameters<typeof patched>[1]);
    } catch (error) {
      refuse(response, 422, (error as Error).message);
      return;
    }
    const { metadata } = result as { metadata: ApiObject["metadata"] & { generation?: number } };
    const generation = (metadata.generation ?? 0) + 1;
    this.#change(resource, "MODIFIED", {
      ...result,
      metadata: { ...metadata, generation },
    } as ApiObject);
    const stored = this.#of(resource).get(object.metadata.name) ?? result;
    this.patchedObject?.(stored);
    response.end(JSON.stringify(stored));
  }

  #create(resource: string, given: ApiObject, response: ServerResponse): void {
    this.creates?.(resource, given);
    const { name } = given.metadata;
    if (this.#of(resource).has(name)) {
      refuse(response, 409, `${resource} "${name}" already exists`);
      return;
    }
    const uid = `${name}-uid-${this.#version}`;
    this.apply(resource, { ...given, metadata: { ...given.metadata, uid } });
    const stored = this.#of(resource).get(name) ?? given;
    this.created?.(resource, stored);
    response.end(JSON.stringify(stored));
  }

  #list(resource: string, query: URLSearchParams, response: ServerResponse): void {
    const [label = "", value] = (query.get("labelSelector") ?? "").split("=");
    const objects = [...this.#of(resource).values()].filter(
      ({ metadata: { labels = {} } }) => value === undefined || labels[label] === value,
    );
    const from = Number(query.get("continue") ?? 0);
    const until = from + Number(query.get("limit") ?? objects.length);
    const metadata = {
      resourceVersion: String(this.#version),
      ...(until < objects.length && { continue: String(until) }),
    };
    response.end(JSON.stringify({ metadata, items: objects.slice(from, until) }));
  }

  #watch(resource: string, version: number, response: ServerResponse): void {
    response.writeHead(200).flushHeaders();
    const watcher = { resource, response };
    if (version < this.#forgotten) {
      const object = { code: 410, message: "too old resource version" };
      response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
      return;
    }
    for (const change of this.#changes.filter((past) => past.version > version)) {
      send(watcher, change);
    }
    this.#watchers.add(watcher);
    response.on("close", () => {
      this.#watchers.delete(watcher);
    });
  }
}

function verbOf(request: IncomingMessage, url: URL, name: string | undefined): string {
  if (request.method === "PATCH" || request.method === "POST") {
    return request.method === "PATCH" ? "patch" : "create";
  }
  if (request.method === "DELETE") {
    return "delete";
  }
  return name !== undefined ? "get" : url.searchParams.has("watch") ? "watch" : "list";
}

function send({ resource, response }: Watcher, change: Change): void {
  if (change.resource === resource) {
    response.write(`${JSON.stringify({ type: change.type, object: change.object })}\n`);
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status).end(JSON.stringify({ kind: "Status", code: status, message }));
}

import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";

/** An object as it is kept. */
interface Kept {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    annotations?: Record<string, string>;
  };
  spec: Record<string, unknown>;
}

/**
 * Leases of several namespaces in memory, with the API server's answers to creations of what exists and to changes of what has changed.
 * Requests that are under way at once are answered in an order that a seed decides.
 */
export class LeaseCluster {
  /** By namespace and name. */
  readonly leases = new Map<string, Kept>();
  /** Namespaces that do not exist, or are being deleted. */
  readonly gone = new Map<string, "missing" | "terminating" | "forbidden">();
  /** Milliseconds since 1970. */
  time = Date.parse("2026-01-01T00:00:00.000Z");
  #version = 0;
  #seed: number;
  readonly #waiting: (() => void)[] = [];

  constructor(seed = 1) {
    this.#seed = seed;
  }

  readonly api = {
    get: (path: string) => this.#answer(() => this.#get(path)),
    post: (path: string, body: unknown) => this.#answer(() => this.#post(path, body as Kept)),
    patch: (path: string, body: unknown) => this.#answer(() => this.#patch(path, body)),
    delete: (path: string, options: unknown) =>
      this.#answer(() => {
        this.#delete(path, options);
      }),
    clusterTime: () => this.time,
  } as unknown as Api;

  #get(path: string): unknown {
    const [, looked] = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path) ?? [];
    if (looked !== undefined) {
      return this.#namespace(looked);
    }
    const { namespace, name } = placeOf(path);
    this.#assertAllowed(namespace);
    if (name === undefined) {
      return {
        items: [...this.leases.values()].filter((each) => each.metadata.namespace === namespace),
      };
    }
    return structuredClone(this.#found(namespace, name));
  }

  #namespace(name: string): unknown {
    this.#assertAllowed(name);
    const gone = this.gone.get(name);
    if (gone === "missing") {
      throw new ApiError(404, `namespaces "${name}" not found`);
    }
    return {
      metadata: {
        name,
        ...(gone === "terminating" && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      },
    };
  }

  #post(path: string, { metadata, spec }: Kept): unknown {
    const { namespace } = placeOf(path);
    const gone = this.gone.get(namespace);
    if (gone === "missing") {
      throw new ApiError(404, `namespaces "${namespace}" not found`);
    }
    if (gone === "terminating") {
      throw new ApiError(
        403,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
    }
    const key = `${namespace}/${metadata.name}`;
    if (this.leases.has(key)) {
      throw new ApiError(409, `leases "${metadata.name}" already exists`);
    }
    const kept = {
      metadata: {
        ...metadata,
        namespace,
        uid: `uid-${this.#next()}`,
        resourceVersion: this.#next(),
      },
      spec,
    };
    this.leases.set(key, kept);
    return structuredClone(kept);
  }

  #patch(path: string, body: unknown): unknown {
    const { namespace, name = "" } = placeOf(path);
    const kept = this.#found(namespace, name);
    const values = new Map(
      (body as { path: string; value: unknown }[]).map((each) => [each.path, each.value]),
    );
    if (values.get("/metadata/resourceVersion") !== kept.metadata.resourceVersion) {
      throw new ApiError(409, "the object has been modified");
    }
    kept.metadata.annotations = values.get("/metadata/annotations") as Record<string, string>;
    kept.spec = values.get("/spec") as Kept["spec"];
    kept.metadata.resourceVersion = this.#next();
    return structuredClone(kept);
  }

  #delete(path: string, options: unknown): void {
    const { namespace, name = "" } = placeOf(path);
    const { metadata } = this.#found(namespace, name);
    const { preconditions } = options as { preconditions: Record<string, string> };
    if (
      preconditions["uid"] !== metadata.uid ||
      preconditions["resourceVersion"] !== metadata.resourceVersion
    ) {
      throw new ApiError(409, "the precondition failed");
    }
    this.leases.delete(`${namespace}/${name}`);
  }

  #assertAllowed(namespace: string): void {
    if (this.gone.get(namespace) === "forbidden") {
      throw new ApiError(403, `cannot get resource "leases" in the namespace "${namespace}"`);
    }
  }

  #found(namespace: string, name: string): Kept {
    const found = this.leases.get(`${namespace}/${name}`);
    if (found === undefined) {
      throw new ApiError(404, `leases "${name}" not found`);
    }
    return found;
  }

  #next(): string {
    return String(++this.#version);
  }

  async #answer<T>(answer: () => T): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      setImmediate(() => {
        this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2 ** 31;
        const [next] = this.#waiting.splice(this.#seed % this.#waiting.length, 1);
        next?.();
      });
    });
    return answer();
  }
}

function placeOf(path: string): { namespace: string; name?: string } {
  const [, namespace = "", name] = /\/namespaces\/([^/]+)\/leases(?:\/([^/]+))?$/.exec(path) ?? [];
  return { namespace, ...(name !== undefined && { name }) };
}

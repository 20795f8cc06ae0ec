import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, NoSuchKindError } from "./api-error.ts";
import type { Connection } from "./connection.ts";
import type { KubernetesObject, ObjectKind } from "./object.ts";

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Which object is meant. */
export interface ObjectReference extends ObjectKind {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

/** How an object is written. */
export interface WriteOptions {
  readonly fieldManager: string;
  readonly dryRun: boolean;
  readonly warn: (message: string) => void;
}

/** A definition of a kind may have been applied a moment ago, and its API follow. */
const KIND_PAUSES_MILLISECONDS = [500, 1000, 2000, 4000];

/** Reads and writes objects of any kind that the API server knows. */
export class ObjectsApi {
  readonly #connection: Connection;
  readonly #resources = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Waits a little for a kind to appear. */
  async awaitKind(kind: ObjectKind): Promise<void> {
    for (const pause of KIND_PAUSES_MILLISECONDS) {
      try {
        await this.#resource(kind);
        return;
      } catch (error) {
        if (!(error instanceof NoSuchKindError)) {
          throw error;
        }
        await sleep(pause);
      }
    }
    await this.#resource(kind);
  }

  /** The object with the namespace that it goes to: its own, or the default one if its kind has namespaces. */
  async placed(object: KubernetesObject): Promise<KubernetesObject> {
    const { namespaced } = await this.#resource(object);
    if (!namespaced || object.metadata.namespace !== undefined) {
      return object;
    }
    const namespace = await this.#connection.namespace();
    return { ...object, metadata: { ...object.metadata, namespace } };
  }

  /** @throws ApiError where it does not exist */
  async get(reference: ObjectReference): Promise<KubernetesObject> {
    const path = await this.#path(reference);
    return (await this.#connection.request({ method: "GET", path })) as KubernetesObject;
  }

  async find(reference: ObjectReference): Promise<KubernetesObject | undefined> {
    try {
      return await this.get(reference);
    } catch (error) {
      if (isNotFound(error) || error instanceof NoSuchKindError) {
        return undefined;
      }
      throw error;
    }
  }

  async create(
    object: KubernetesObject,
    { fieldManager, dryRun, warn }: WriteOptions,
  ): Promise<KubernetesObject> {
    const path = await this.#path({ ...object, metadata: { ...object.metadata, name: "" } });
    const query = { fieldManager, fieldValidation: "Warn", ...(dryRun && { dryRun: "All" }) };
    return (await this.#connection.request({
      method: "POST",
      path,
      query,
      body: object,
      warn,
    })) as KubernetesObject;
  }

  /** Server-side apply. */
  async apply(
    object: KubernetesObject,
    { fieldManager, dryRun, warn, force }: WriteOptions & { readonly force: boolean },
  ): Promise<KubernetesObject> {
    const path = await this.#path(object);
    const query = {
      fieldManager,
      fieldValidation: "Warn",
      force: String(force),
      ...(dryRun && { dryRun: "All" }),
    };
    const contentType = "application/apply-patch+yaml";
    return (await this.#connection.request({
      method: "PATCH",
      path,
      query,
      body: object,
      contentType,
      warn,
    })) as KubernetesObject;
  }

  async jsonPatch(reference: ObjectReference, patch: readonly object[]): Promise<KubernetesObject> {
    const path = await this.#path(reference);
    return (await this.#connection.request({
      method: "PATCH",
      path,
      body: patch,
      contentType: "application/json-patch+json",
    })) as KubernetesObject;
  }

  /** @param propagationPolicy what happens to objects that belong to this one */
  async delete(reference: ObjectReference, propagationPolicy: string): Promise<void> {
    const path = await this.#path(reference);
    await this.#connection.request({ method: "DELETE", path, query: { propagationPolicy } });
  }

  async #path(reference: ObjectReference): Promise<string> {
    const { name: plural, namespaced } = await this.#resource(reference);
    const { name = "", namespace } = reference.metadata;
    const parent = namespaced
      ? `/namespaces/${encodeURIComponent(namespace ?? (await this.#connection.namespace()))}`
      : "";
    const path = `${root(reference.apiVersion)}${parent}/${plural}`;
    return name === "" ? path : `${path}/${encodeURIComponent(name)}`;
  }

  async #resource({ apiVersion, kind }: ObjectKind): Promise<ApiResource> {
    let resources = this.#resources.get(apiVersion);
    if (resources === undefined) {
      resources = this.#discover(apiVersion);
      this.#resources.set(apiVersion, resources);
    }
    try {
      const resource = (await resources).find(
        (each) => each.kind === kind && !each.name.includes("/"),
      );
      if (resource !== undefined) {
        return resource;
      }
    } catch (error) {
      this.#resources.delete(apiVersion);
      throw error;
    }
    this.#resources.delete(apiVersion);
    throw new NoSuchKindError(
      `the Kubernetes API server has no kind ${kind} in ${apiVersion}; is its custom resource definition installed?`,
    );
  }

  async #discover(apiVersion: string): Promise<readonly ApiResource[]> {
    try {
      const list = await this.#connection.request({ method: "GET", path: root(apiVersion) });
      return (list as { resources: readonly ApiResource[] }).resources;
    } catch (error) {
      if (isNotFound(error)) {
        return [];
      }
      throw error;
    }
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

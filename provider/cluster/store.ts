import type { ObjectMeta } from "../verdict/objects.ts";

interface KubernetesObject {
  readonly metadata?: ObjectMeta;
}

/** The objects of one kind in one namespace as a watch last showed them, indexed by a key. */
export class Store<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();
  readonly #index = new Map<string, Map<string, T>>();

  private readonly keyOf: (object: T) => string | undefined;
  private readonly changed: (object: T) => void;

  /**
   * @param keyOf what objects are looked up by; one without a key is kept out of the index
   * @param changed called for each object that is added, changed or removed
   */
  constructor(keyOf: (object: T) => string | undefined, changed: (object: T) => void) {
    this.keyOf = keyOf;
    this.changed = changed;
  }

  get(uid: string): T | undefined {
    return this.#objects.get(uid);
  }

  /** The objects with this key. */
  of(key: string | undefined): readonly T[] {
    return key === undefined ? [] : [...(this.#index.get(key)?.values() ?? [])];
  }

  all(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Replaces its content with a list; objects that are as they were are not a change. */
  replace(objects: readonly T[]): void {
    const uids = new Set(objects.map(uid));
    for (const object of [...this.#objects.values()]) {
      if (!uids.has(uid(object))) {
        this.delete(object);
      }
    }
    for (const object of objects) {
      const known = this.#objects.get(uid(object));
      if (
        known?.metadata?.resourceVersion !== object.metadata?.resourceVersion ||
        known === undefined
      ) {
        this.set(object);
      }
    }
  }

  set(object: T): void {
    this.#forget(uid(object));
    this.#objects.set(uid(object), object);
    const key = this.keyOf(object);
    if (key !== undefined) {
      const group = this.#index.get(key) ?? new Map<string, T>();
      group.set(uid(object), object);
      this.#index.set(key, group);
    }
    this.changed(object);
  }

  delete(object: T): void {
    this.#forget(uid(object));
    this.changed(object);
  }

  #forget(id: string): void {
    const known = this.#objects.get(id);
    if (known === undefined) {
      return;
    }
    this.#objects.delete(id);
    const key = this.keyOf(known);
    const group = key === undefined ? undefined : this.#index.get(key);
    group?.delete(id);
    if (key !== undefined && group?.size === 0) {
      this.#index.delete(key);
    }
  }
}

function uid({ metadata }: KubernetesObject): string {
  return metadata?.uid ?? "";
}

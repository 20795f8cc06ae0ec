import type { Api } from "./api.ts";
import { type CollectionName, COLLECTIONS } from "./collection.ts";
import type { Neighbourhood } from "../verdict/objects.ts";
import type { Trouble } from "./health.ts";
import { storesOf } from "./namespace-stores.ts";
import { Reflector } from "./reflector.ts";
import type { Store } from "./store.ts";
import { type NewsSource, Subscription } from "./subscription.ts";
import { Topics } from "./topics.ts";

/** The use of a namespace's watches, until it is ended. */
export interface Lease {
  readonly watch: NamespaceWatch;
  readonly end: () => void;
}

/**
 * The one set of watches on a namespace, shared by all releases and objects in it: an object that changes wakes
 * those that it belongs to, and nobody else.
 */
export class NamespaceWatch {
  readonly #topics = new Topics();
  readonly stores = storesOf((topic) => {
    this.#topics.tell(topic);
  });
  readonly #reflectors = new Map<CollectionName, Reflector<never>>();
  readonly #end = new AbortController();

  private readonly api: Api;
  private readonly namespace: string;

  constructor(api: Api, namespace: string) {
    this.api = api;
    this.namespace = namespace;
  }

  /**
   * @param source what the subscriber makes of the stores
   * @param names the collections that are watched for it
   * @param topics what news wakes it, as `deployment/<name>`
   * @param closed called when it is closed
   */
  subscribe<T>(
    source: NewsSource<T>,
    names: readonly CollectionName[],
    topics: readonly string[],
    closed: () => void,
  ): Subscription<T> {
    names.forEach((name) => {
      this.#start(name);
    });
    const subscription = new Subscription(source, () => {
      unlisten();
      closed();
    });
    const unlisten = this.#topics.listen(topics, () => {
      subscription.wake();
    });
    return subscription;
  }

  /** Whether all of these have been listed. */
  isSynced(names: readonly CollectionName[]): boolean {
    return names.every((name) => this.#reflectors.get(name)?.synced === true);
  }

  /** Whether these have been listed, or are not to be had in a moment. */
  isSettled(names: readonly CollectionName[]): boolean {
    return names.every((name) => this.#reflectors.get(name)?.settled === true);
  }

  troublesWith(names: readonly CollectionName[]): readonly Trouble[] {
    return names.flatMap((name) => this.#reflectors.get(name)?.troubles ?? []);
  }

  /** All that takes room in the namespace, as far as it is watched. */
  neighbourhood(): Neighbourhood {
    const { deployments, replicaSets, pods } = this.stores;
    return { deployments: deployments.all(), replicaSets: replicaSets.all(), pods: pods.all() };
  }

  /** Ends all watches. */
  close(): void {
    this.#end.abort();
  }

  #start(name: CollectionName): void {
    if (this.#reflectors.has(name)) {
      return;
    }
    const { api, namespace } = this;
    const store = this.stores[name] as unknown as Store<never>;
    const reflector = new Reflector<never>(api, COLLECTIONS[name], namespace, store, () => {
      this.#topics.tellAll();
    });
    this.#reflectors.set(name, reflector);
    void reflector.run(this.#end.signal);
  }
}

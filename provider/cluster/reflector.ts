import type { ObjectMeta } from "../verdict/objects.ts";
import type { Api } from "./api.ts";
import { ApiError } from "./api-error.ts";
import { type Collection, nameOfCollection } from "./collection.ts";
import { type Health, healthAfter, isRefusal, type Trouble, troublesOf } from "./health.ts";
import { pause } from "./pause.ts";
import type { Store } from "./store.ts";
import type { WatchEvent } from "./watched.ts";

/** Objects in one answer to a list. */
const PAGE = 500;

/** A watch that ends sooner was cut off; the next one has to wait its turn. */
const STEADY_MILLISECONDS = 1000;

/** What is only evidence is waited for no longer than this. */
const PATIENCE_MILLISECONDS = 2000;

const BACK_OFF_MILLISECONDS = { first: 100, most: 5000 };

/**
 * Keeps a store like a collection of the API server: a list, then a watch from there on. The next watch resumes where
 * one ended, so that no event is lost; if the server no longer knows that place (410 Gone), everything is listed again.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export class Reflector<T extends { readonly metadata?: ObjectMeta }> {
  /** Whether the store has ever been filled. */
  synced = false;
  /** Whether there is no more use in waiting for it: it was filled, was refused, or takes long. */
  settled = false;
  #health: Health = { kind: "starting" };
  #version: string | undefined;
  #refusals = 0;
  #verb: "list" | "watch" = "list";

  private readonly api: Api;
  private readonly collection: Collection;
  private readonly namespace: string;
  private readonly store: Store<T>;
  private readonly healthChanged: () => void;

  constructor(
    api: Api,
    collection: Collection,
    namespace: string,
    store: Store<T>,
    healthChanged: () => void,
  ) {
    this.api = api;
    this.collection = collection;
    this.namespace = namespace;
    this.store = store;
    this.healthChanged = healthChanged;
  }

  get troubles(): readonly Trouble[] {
    return troublesOf(this.#health, nameOfCollection(this.collection));
  }

  /** Runs until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    void pause(PATIENCE_MILLISECONDS, signal).then(() => {
      this.#settle();
    });
    while (!signal.aborted) {
      const began = performance.now();
      try {
        if (this.#version === undefined) {
          await this.#list(signal);
        }
        await this.#watch(signal);
      } catch (error) {
        if (!isAborted(signal)) {
          this.#failed(error);
        }
      }
      failures = performance.now() - began < STEADY_MILLISECONDS ? failures + 1 : 0;
      if (failures > 0) {
        await pause(backOff(failures), signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    this.#verb = "list";
    const objects: T[] = [];
    let next: string | undefined;
    let version: string | undefined;
    do {
      const page = (await this.api.get(
        this.collection.path(this.namespace),
        { ...this.collection.query, limit: PAGE, ...(next && { continue: next }) },
        signal,
      )) as Page<T>;
      objects.push(...(page.items ?? []).map(trimmed));
      ({ continue: next, resourceVersion: version } = page.metadata ?? {});
    } while (next);
    this.store.replace(objects);
    this.#version = version;
    this.synced = true;
    this.settled = true;
    this.#fares({ kind: "live" });
  }

  async #watch(signal: AbortSignal): Promise<void> {
    this.#verb = "watch";
    const query = {
      ...this.collection.query,
      allowWatchBookmarks: true,
      ...(this.#version !== undefined && { resourceVersion: this.#version }),
    };
    const on = {
      opened: () => {
        this.#fares({ kind: "live" });
      },
      event: (event: WatchEvent) => {
        this.#take(event);
      },
    };
    await this.api.watch(this.collection.path(this.namespace), query, on, signal);
  }

  #take({ type, object }: WatchEvent): void {
    if (type === "ERROR") {
      // The watch ends by itself after this; what the server has dropped must be listed again.
      this.#version = undefined;
      return;
    }
    const changed = trimmed(object as T);
    this.#version = changed.metadata?.resourceVersion ?? this.#version;
    if (type === "DELETED") {
      this.store.delete(changed);
    } else if (type !== "BOOKMARK") {
      this.store.set(changed);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof ApiError && error.status === 410) {
      this.#version = undefined;
      return;
    }
    this.#refusals += isRefusal(error) ? 1 : 0;
    this.#settle();
    const health = healthAfter(error, this.#verb, this.#refusals, this.#health);
    if (health !== undefined) {
      this.#fares(health);
    }
  }

  #settle(): void {
    if (!this.settled) {
      this.settled = true;
      this.healthChanged();
    }
  }

  #fares(health: Health): void {
    if (health.kind === "live") {
      this.#refusals = this.#verb === "watch" ? 0 : this.#refusals;
    }
    const isNews = health.kind !== "live" || this.#health.kind !== "live";
    this.#health = health;
    if (isNews) {
      this.healthChanged();
    }
  }
}

interface Page<T> {
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items?: readonly T[];
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function backOff(failures: number): number {
  const { first, most } = BACK_OFF_MILLISECONDS;
  const ceiling = Math.min(first * 2 ** (failures - 1), most);
  return ceiling * (0.5 + Math.random() / 2);
}

/** Field ownership is half of an object's size, and no verdict needs it. */
function trimmed<T extends { readonly metadata?: ObjectMeta }>(object: T): T {
  const { managedFields, ...metadata } = object.metadata ?? {};
  return managedFields === undefined ? object : { ...object, metadata };
}
